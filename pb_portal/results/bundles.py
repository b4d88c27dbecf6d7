"""The signed bundle of a certified count: made once, kept for good, rebuilt to the byte."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle
from pb_portal.db import Missing, database_now
from pb_portal.domain.placeholders import TAKEN_DOWN, TAKEN_DOWN_MARK
from pb_portal.domain.proposal_states import ON_BALLOT
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.small_numbers import Withheld
from pb_portal.proposals.models import Proposal
from pb_portal.results import exports, queries
from pb_portal.results.elections import (
    FILE_LANGUAGE,
    AreaVote,
    Entry,
    entries_of,
    votes_by_area,
)
from pb_portal.results.models import CountRun, ResultBundle
from pb_portal.signing import Signer
from pb_portal.tally.areas import Area
from pb_portal.tally.bundle import (
    Bundle,
    LotRecord,
    Part,
    build,
    format_number,
    names_in,
    poll,
)
from pb_portal.tally.bundle.build import FORMATS
from pb_portal.voting import heads
from pb_portal.voting import queries as voting


@dataclass(frozen=True)
class Published:
    """A bundle as the public gets it."""

    sha256: str
    public_key: str
    data: bytes


_anew: dict[tuple[str, frozenset[int]], Published] = {}
"""The last one made without titles: making it reads the whole box."""


def keep(session: Session, run_id: int, signer: Signer, zone: ZoneInfo) -> ResultBundle:
    """The bundle of a certified count of ours, made and stored unless it is there.

    Refuses (`result.changed`) when what would be published does not count to what was certified.
    """
    found = session.get(ResultBundle, run_id)
    if found is not None:
        return found
    made = make(session, run_id, signer, zone)
    row = ResultBundle(
        run_id=run_id, sha256=made.sha256, public_key=signer.public_key, data=made.data
    )
    session.add(row)
    session.flush()
    return row


def make(
    session: Session,
    run_id: int,
    signer: Signer,
    zone: ZoneInfo,
    names: Mapping[int, str] | None = None,
) -> Bundle:
    """Build the bundle; the same count, key and program give the same bytes. `names` stand in
    place of titles, by the number of the proposal. One that is kept is built again in the format it
    was made in."""
    run = session.get(CountRun, run_id)
    if run is None or run.state != "certified" or run.imported:
        raise Missing("result")
    cycle = cycles.get_cycle_by_id(session, run.cycle_id)
    rules = cycles.rules_of(cycle)
    ballots = voting.counted_ballots(session, cycle.id, database_now(session))
    votes, counted, _blank = votes_by_area(
        cycle, rules, _entries(session, cycle.id, names), ballots
    )
    won = queries.winners_of(session, cycle.id)
    place = exports.Place(unit=exports.unit_of(cycle), zone=zone)
    hidden = queries.withheld_of(session, run)
    kept = session.get(ResultBundle, run_id)
    number = format_number(kept.data) if kept else len(FORMATS)
    told = _ledger(session, cycle, None if hidden.total else counted, number)
    made = build(
        [_part(cycle, vote, place, run, won, hidden) for vote in votes],
        rule_book=rules.to_dict(),
        lot=LotRecord(bytes.fromhex(run.lot_seed), rules.lot_commitment),
        ledger=told,
        about=_about(cycle, run),
        sign=signer.sign_raw,
        number=number,
    )
    _compare(votes, made, won)
    return made


def _entries(session: Session, cycle_id: int, names: Mapping[int, str] | None) -> list[Entry]:
    found = entries_of(session, cycle_id)
    known = names or {}
    return [replace(entry, title=known.get(entry.number, entry.title)) for entry in found]


def taken_down_names(session: Session, run: CountRun, data: bytes) -> dict[int, str]:
    """Names a kept bundle still says of proposals whose titles were taken down since."""
    gone = set(
        session.scalars(
            select(Proposal.number).where(
                Proposal.cycle_id == run.cycle_id,
                Proposal.status.in_(sorted(ON_BALLOT)),
                Proposal.title == TAKEN_DOWN_MARK,
            )
        )
    )
    if not gone:
        return {}
    return {number: name for number, name in names_in(data).items() if number in gone}


def published(session: Session, run: CountRun, signer: Signer, zone: ZoneInfo) -> Published | None:
    """The bundle for everybody: the kept bytes, or the same made and signed anew without the
    titles that were taken down since."""
    kept = find(session, run)
    if kept is None:
        return None
    gone = taken_down_names(session, run, kept.data)
    if all(name == TAKEN_DOWN[FILE_LANGUAGE] for name in gone.values()):
        return Published(kept.sha256, kept.public_key, kept.data)
    mark = (kept.sha256, frozenset(gone))
    if mark not in _anew:
        made = make(session, run.id, signer, zone)
        _anew.clear()
        _anew[mark] = Published(made.sha256, signer.public_key, made.data)
    return _anew[mark]


def missing(session: Session) -> Sequence[int]:
    """Certified counts of ours that have no bundle yet."""
    return session.scalars(
        select(CountRun.id).where(
            CountRun.state == "certified",
            ~CountRun.imported,
            ~exists().where(ResultBundle.run_id == CountRun.id),
        )
    ).all()


def find(session: Session, run: CountRun) -> ResultBundle | None:
    """The bundle of a count."""
    return session.get(ResultBundle, run.id)


def _part(
    cycle: Cycle,
    vote: AreaVote,
    place: exports.Place,
    run: CountRun,
    won: frozenset[int],
    hidden: Withheld,
) -> Part:
    election = exports.published(cycle, vote, place, run, won)
    return Part(
        Area(vote.part.area.code, election),
        withheld=election.voters < queries.FEW or vote.part.area_id in hidden.counts,
        uncounted=vote.part.area_id in hidden.counts,
        winners_only=vote.part.area_id in hidden.figures,
        about={"names": vote.part.area.names},
    )


def closing_heads(session: Session, cycle: Cycle) -> list[dict[str, object]]:
    """The heads signed after the close, as the bundle and the public list hold them."""
    return [
        {
            **heads.told(cycle.slug, head.size, head.root, head.signed_at),
            "signature": head.signature,
        }
        for head in heads.of_cycle(session, cycle.id)
    ]


def poll_of(session: Session, cycle: Cycle) -> dict[str, object]:
    """Areas, budgets and prices of a vote, as the bundle holds them."""
    votes, *_ = votes_by_area(cycle, cycles.rules_of(cycle), entries_of(session, cycle.id), ())
    return poll([Area(vote.part.area.code, vote.election) for vote in votes])


def _ledger(session: Session, cycle: Cycle, ballots: int | None, number: int) -> dict[str, object]:
    signed = heads.of_cycle(session, cycle.id)
    told: dict[str, object] = {
        "heads": closing_heads(session, cycle),
        "key": signed[-1].public_key if signed else "",
    }
    if ballots is None:
        return told
    told["ballots"] = ballots
    if number > 1:
        cast, void = voting.count_leaves(session, cycle.id, database_now(session))
        told |= {"set_aside": cast - ballots, "declarations": void}
    return told


def _about(cycle: Cycle, run: CountRun) -> dict[str, object]:
    return {
        "cycle": cycle.slug,
        "names": cycle.names,
        "year": cycle.year,
        "city": cycle.city,
        "sample": cycle.is_sample,
        "counted_at": run.counted_at.astimezone(UTC).isoformat(),
        "certified_at": run.certified_at.astimezone(UTC).isoformat() if run.certified_at else "",
        "input_sha256": run.input_digest,
        "result_sha256": run.result_digest,
        "turnout": queries.public_turnout(run),
    }


def _compare(votes: Sequence[AreaVote], made: Bundle, won: frozenset[int]) -> None:
    for vote in votes:
        selected = set(made.outcomes[vote.part.area.code].selected)
        if selected != {str(entry.number) for entry in vote.entries if entry.id in won}:
            raise Refusal("result.changed")
