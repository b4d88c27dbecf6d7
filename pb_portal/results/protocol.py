"""The printable protocol of a certified count, in the language of the reader."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle
from pb_portal.cycles.rule_words import rule_details, rule_name
from pb_portal.documents import pdf
from pb_portal.domain.phases import PhaseKind
from pb_portal.results import bundles, queries, wording
from pb_portal.results.models import CountRun
from pb_portal.results.queries import Section
from pb_portal.web.i18n import (
    full_date,
    language,
    local,
    money,
    number,
    weekday_end,
    weekday_moment,
)


def protocol(session: Session, cycle: Cycle, run: CountRun) -> bytes:
    """The PDF; the same count gives the same bytes."""
    data = protocol_data(session, cycle, run)
    return pdf.render("result_protocol", data, dated=run.certified_at)


def protocol_data(session: Session, cycle: Cycle, run: CountRun) -> dict[str, Any]:
    """Everything the protocol says, in words."""
    result = queries.Result(queries.sections(session, run))
    turnout = queries.public_turnout(run)
    signed = queries.signers(session, run)
    title = _("Protocol of the result of the vote")
    return {
        "lang": language(),
        "title": title,
        "subtitle": local(cycle.names),
        "masthead": _("Participatory budget"),
        "dated": full_date(run.certified_at),
        "footer": f"{title} · {local(cycle.names)}",
        "words": {
            "page": _("Page"),
            "winners": _("Winners by district"),
            "number": "№",
            "proposal": _("Proposal"),
            "votes": _("Votes"),
            "cost": _("Cost"),
            "nobody": _("Nobody won here."),
            "digests": _("To be checked by"),
        },
        "figures": [
            *([[number(turnout["voters"]), _("people voted")]] if turnout else []),
            [number(len(result.winners)), _("winners")],
            [money(result.spent, cycle.currency, cycle.minor_units), _("for the winners")],
        ],
        "facts": _facts(session, cycle, result, turnout),
        "areas": [_area(cycle, run, section) for section in result.sections],
        "digests": _digests(session, cycle, run),
        "statement": _(
            "Two commissioners certified this result on %(date)s. Each of them checked that the "
            "rules are those frozen before the vote, that the lot is the one committed to, that "
            "there are as many ballots as voters, that every ballot fits its receipt, and that a "
            "second count names the same winners.",
            date=weekday_moment(run.certified_at) if run.certified_at else "—",
        ),
        "signers": [[_("Commissioner"), name] for name in signed],
    }


def _facts(
    session: Session, cycle: Cycle, result: queries.Result, turnout: dict[str, Any]
) -> list[list[str]]:
    voting = cycles.find_phase(cycle, PhaseKind.VOTING)
    rows = []
    if voting:
        rows.append(
            [_("Voting"), f"{weekday_moment(voting.starts_at)} – {weekday_end(voting.ends_at)}"]
        )
    registered = queries.registered(session, cycle.id)
    if registered:
        rows.append([_("Residents in the register"), number(registered)])
    aside = queries.set_aside(session, cycle.id)
    if aside:
        rows.append([_("Lines of the register set aside as wrong"), number(aside)])
    rows += _turnout_facts(turnout)
    rows += [
        [_("Proposals in the vote"), number(result.proposals)],
        [_("Budget"), money(result.budget, cycle.currency, cycle.minor_units)],
        [_("Counting rule"), _rule(cycles.rules_of(cycle).rule_of(""))],
    ]
    return rows


def _turnout_facts(turnout: dict[str, Any]) -> list[list[str]]:
    """Who took part, where groups are large enough to be told of."""
    if not turnout:
        return []
    rows = [[_("Ballots counted"), number(turnout["ballots"])]]
    if "channels" in turnout:
        rows.append([_("On the portal"), number(turnout["channels"].get("portal", 0))])
        rows.append([_("On paper"), number(turnout["channels"].get("paper", 0))])
    rows += _paper_facts(turnout.get("paper", {}))
    rows += [
        [_("Blank ballots"), number(turnout.get("blank", 0))],
        [_("Voided ballots"), number(turnout.get("voided", 0))],
    ]
    return rows


def _paper_facts(paper: dict[str, Any]) -> list[list[str]]:
    """Paper ballots, where groups are large enough to be told of; reasons always."""
    rows = []
    if "handed" in paper:
        names = {
            "handed": _("Papers handed out"),
            "cast": _("Papers found in the boxes"),
            "invalid": _("Invalid papers"),
            "spoiled": _("Papers spoiled and exchanged"),
            "missing": _("Papers missing"),
        }
        rows += [[name, number(paper.get(key, 0))] for key, name in names.items()]
    rows += [[_("Why papers were not found"), text] for text in paper.get("explained", [])]
    return rows + [[_("Batch set aside"), text] for text in paper.get("set_aside", [])]


def _rule(text: str) -> str:
    return ". ".join([rule_name(text), *(one.rstrip(".") for one in rule_details(text))])


def _area(cycle: Cycle, run: CountRun, section: Section) -> dict[str, Any]:
    common = cycles.rules_of(cycle).rule_of("")
    own = section.result.rule
    return {
        "name": local(section.area.names),
        "rule": _rule(own) if own and own != common else "",
        "withheld": wording.withheld(section),
        "money": _(
            "%(spent)s of %(budget)s",
            spent=money(section.result.spent, cycle.currency, cycle.minor_units),
            budget=money(section.result.budget, cycle.currency, cycle.minor_units),
        ),
        "winners": [
            {
                "number": str(line.number),
                "title": line.title,
                "votes": "—" if line.votes is None else number(line.votes),
                "cost": money(line.cost, cycle.currency, cycle.minor_units),
            }
            for line in section.won
        ],
    }


def _digests(session: Session, cycle: Cycle, run: CountRun) -> list[list[str]]:
    commitment = cycles.rules_of(cycle).lot_commitment
    bundle = bundles.find(session, run)
    rows = [
        [_("SHA-256 of the rule book"), run.rules_digest],
        [_("Lot: hash published before the vote"), commitment],
        [_("Lot: seed published now"), run.lot_seed],
        [_("Root of the ballot ledger"), run.ledger_root],
        [_("SHA-256 of seed and ballots"), run.input_digest],
        [_("SHA-256 of seed and result"), run.result_digest],
    ]
    if bundle:
        rows.append([_("SHA-256 of the result bundle"), bundle.sha256])
        rows.append([_("Public key of the portal (Ed25519)"), bundle.public_key])
    return [row for row in rows if row[1]]
