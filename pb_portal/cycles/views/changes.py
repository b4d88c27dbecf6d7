"""What a change of the calendar means, in words: every date, the days between, what follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from pb_portal.approvals.models import ApprovalRequest
from pb_portal.cycles import queries, service
from pb_portal.cycles.models import Cycle
from pb_portal.domain.phase_calendar import Dates, Fault, Move
from pb_portal.domain.phases import PhaseKind
from pb_portal.web import clock, i18n
from pb_portal.web.words import phase_name


@dataclass(frozen=True)
class ChangeView:
    """A change as both people read it."""

    moves: Sequence[Move]
    consequences: list[str]

    @property
    def days(self) -> str:
        """By how many days the phase itself ends later or earlier."""
        return days_words(self.moves[0].days)


def moves_of(asked: ApprovalRequest) -> list[Move]:
    """The dates a request changes, the phase itself first."""
    return [
        Move(
            _dates(move["kind"], move["was_starts_at"], move["was_ends_at"]),
            _dates(move["kind"], move["starts_at"], move["ends_at"]),
        )
        for move in asked.payload["moves"]
    ]


def _dates(kind: str, starts_at: str, ends_at: str) -> Dates:
    return Dates(kind, datetime.fromisoformat(starts_at), datetime.fromisoformat(ends_at))


def change_view(moves: Sequence[Move]) -> ChangeView:
    """The change with what follows from it."""
    return ChangeView(moves, consequences_of(moves))


def days_words(days: int) -> str:
    """ "3 days later", "1 day earlier"."""
    if days < 0:
        return str(ngettext("%(num)d day earlier", "%(num)d days earlier", -days))
    return str(ngettext("%(num)d day later", "%(num)d days later", days))


def consequences_of(moves: Sequence[Move]) -> list[str]:
    """What else moves when these dates do, one sentence each."""
    found: list[str] = []
    for move in moves:
        before, after = move.before, move.after
        if before.kind == PhaseKind.VOTING and before.starts_at != after.starts_at:
            found += _vote_opens(after.starts_at)
        if before.ends_at != after.ends_at:
            found += _phase_ends(PhaseKind(before.kind), after.ends_at)
        years = _year(before.ends_at), _year(after.ends_at)
        if years[0] != years[1]:
            found.append(
                _(
                    "The year changes: “%(phase)s” ends in %(new)s instead of %(old)s. Check the "
                    "budget year.",
                    phase=phase_name(before.kind),
                    new=years[1],
                    old=years[0],
                )
            )
    return found


def _year(moment: datetime) -> int:
    return moment.astimezone(clock.city_zone()).year


def _vote_opens(starts_at: datetime) -> list[str]:
    opens = i18n.weekday_moment(starts_at)
    return [
        _("The vote opens on %(day)s. Its rules are frozen an hour before.", day=opens),
        _(
            "Who is old enough is reckoned on the first day of the vote: a register loaded before "
            "this change was reckoned on the former day."
        ),
        _("Rejections can be appealed against until the vote opens."),
    ]


def _phase_ends(kind: PhaseKind, ends_at: datetime) -> list[str]:
    end = i18n.weekday_end(ends_at)
    said = {
        PhaseKind.APPLICATIONS: _("Drafts can be submitted until %(end)s.", end=end),
        PhaseKind.REVIEW: _(
            "Files under review keep their own due dates; reviewers are reminded by these."
        ),
        PhaseKind.REWORK: _("Authors can return their proposals until %(end)s.", end=end),
        PhaseKind.VOTING: _(
            "The vote closes on %(end)s; the count can begin after it. Reminders of unfinished "
            "ballots keep the day they were asked for, or come on the last day.",
            end=end,
        ),
        PhaseKind.RESULTS: _("The result is due by %(end)s.", end=end),
    }
    return [str(said[kind])] if kind in said else []


def fault_words(faults: Sequence[Fault]) -> list[str]:
    """What does not fit in a calendar, one sentence each."""
    overlap = _("“%(second)s” begins before “%(first)s” ends.")
    gap = _("Between “%(first)s” and “%(second)s” no phase is open.")
    return [
        str(overlap if fault.kind == "overlap" else gap)
        % {"first": phase_name(fault.first), "second": phase_name(fault.second)}
        for fault in faults
    ]


def changes(cycle: Cycle, requests: Sequence[ApprovalRequest]) -> list[dict[str, Any]]:
    """Requests with the phase they move and every date they change, for public and desk lists."""
    named = {phase.id: phase for phase in cycle.phases}
    return [
        {
            "request": request,
            "phase": named[request.payload["phase_id"]],
            "ends_at": datetime.fromisoformat(request.payload["ends_at"]),
            "change": change_view(moves_of(request)),
            "earlier": request.kind == service.SHORTEN,
        }
        for request in requests
        if request.payload.get("phase_id") in named and "moves" in request.payload
    ]


def summarize_change(session: Session, asked: ApprovalRequest) -> str:
    """The cycle, the phase, its two ends with their years, and the days between."""
    cycle = queries.get_cycle_by_id(session, asked.cycle_id or 0)
    parts = [i18n.local(cycle.names)]
    for row in changes(cycle, [asked]):
        change = row["change"]
        first = change.moves[0]
        former, later = (
            i18n.weekday_end(first.before.ends_at),
            i18n.weekday_end(first.after.ends_at),
        )
        parts += [phase_name(first.before.kind), f"{former} → {later}", change.days]
        if len(change.moves) > 1:
            others = len(change.moves) - 1
            parts.append(ngettext("%(num)d more phase moves", "%(num)d more phases move", others))
    return " · ".join(parts)
