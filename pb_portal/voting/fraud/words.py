"""What the fraud desk calls things, and what a sign says in a plain sentence."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy.orm import Session

from pb_portal.approvals.models import ApprovalRequest
from pb_portal.cycles import queries as cycles
from pb_portal.domain.fraud import MOST_SHOWN
from pb_portal.voting.models import FraudFlag
from pb_portal.web import i18n

KIND_NAMES: dict[str, Any] = {
    "address": _l("Many votes from one network address"),
    "phone": _l("Many votes with one phone"),
    "device": _l("Many votes on one device"),
    "burst": _l("Many votes at once"),
    "ages": _l("Ages too much alike"),
    "quick": _l("Votes within three seconds"),
    "identical": _l("Almost the same ballots"),
}
KIND_WHY: dict[str, Any] = {
    "address": _l("Households and dormitories share an address too, but use their own phones."),
    "phone": _l("A family may share a phone; so does a stranger who gathers votes."),
    "device": _l("A helper or a library lends a device; then the phones are the voters' own."),
    "burst": _l("So many people seldom vote over so few phones within one hour."),
    "ages": _l(
        "Hardly ever chance: less than once in a hundred million. A school class or a home for "
        "the elderly may explain it."
    ),
    "quick": _l("Nobody reads and marks a ballot by hand in less than three seconds."),
    "identical": _l(
        "Nobody is shown what was chosen. Where few proposals stand on the ballot, this is "
        "ordinary."
    ),
}
SEVERITY: dict[str, Any] = {
    "high": _l("Three signs or more"),
    "medium": _l("Two signs"),
    "low": _l("One sign"),
}
STATES: dict[str, Any] = {
    "open": _l("Being looked into"),
    "watching": _l("Being watched"),
    "proposed": _l("Waits for the second person"),
    "dismissed": _l("Closed without consequences"),
    "voided": _l("Votes are void"),
}
ACTIONS: dict[str, Any] = {
    "open": _l("Case opened"),
    "note": _l("Note"),
    "take": _l("Taken over"),
    "watch": _l("Being watched"),
    "reopen": _l("Opened again"),
    "dismiss": _l("Closed without consequences"),
    "propose": _l("Asked to declare the votes void"),
    "decline": _l("The second person did not agree"),
    "void": _l("The second person agreed: the votes are void"),
}
DOING: dict[str, Any] = {
    "watch": _l("Watch the case"),
    "reopen": _l("Open the case again"),
    "dismiss": _l("Close without consequences"),
}
REASON_NAMES: dict[str, Any] = {
    "borrowed_identity": _l("Sent in other people's names"),
    "bought": _l("Bought or promised something for"),
    "pressure": _l("Given under pressure"),
    "machine": _l("Sent by a program"),
    "other": _l("Another reason, told in the sentence"),
    "several": _l("Other reasons, each of fewer than ten"),
}


def many(number: int) -> str:
    """A figure of the desk; above the most it may show, only that it is more."""
    if number > MOST_SHOWN:
        return str(_("more than %(num)s", num=MOST_SHOWN))
    return str(number)


def told(flag: FraudFlag) -> str:
    """A sign in one sentence."""
    figures = flag.figures
    words = {"votes": _votes(figures["votes"]), "phones": _phones(figures.get("phones", 0))}
    if flag.kind == "address":
        words["span"] = ngettext("%(num)s hour", "%(num)s hours", figures["hours"])
    heavy = figures.get("heavy", 1)
    if flag.kind == "phone":
        words["phones"] = _phones(heavy)
    if flag.kind == "device":
        words["devices"] = ngettext("%(num)s device", "%(num)s devices", heavy)
    return str(_SAID[flag.kind]) % words


_SAID: dict[str, Any] = {
    "address": _l("%(votes)s from one network address with %(phones)s, in %(span)s"),
    "phone": _l("%(votes)s proved with %(phones)s, each for many people"),
    "device": _l("%(votes)s on %(devices)s, with %(phones)s"),
    "burst": _l("%(votes)s from one place within one hour, with %(phones)s"),
    "ages": _l("%(votes)s of people born in the same year within five hours"),
    "quick": _l("%(votes)s sent less than three seconds after the ballot was opened"),
    "identical": _l("%(votes)s that are almost all the same"),
}


def _votes(number: int) -> str:
    return str(ngettext("%(votes)s vote", "%(votes)s votes", number, votes=many(number)))


def _phones(number: int) -> str:
    return str(ngettext("%(phones)s phone", "%(phones)s phones", number, phones=many(number)))


def summarize_request(session: Session, asked: ApprovalRequest) -> str:
    """The cycle and the case a request is about; never whose votes."""
    cycle = cycles.get_cycle_by_id(session, asked.cycle_id or 0)
    case = _("Case No. %(id)s", id=asked.payload["case_id"])
    return f"{i18n.local(cycle.names)} · {case} · № {asked.id}"
