"""Applications on paper: the registrar enters them for people, who may claim them later.

They take the same steps as anybody's. While one is entered it is written under the registrar's
name and handed in under nobody's, since a registrar proposes nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pb_portal.accounts.queries import digest, find_reader
from pb_portal.audit import service as audit
from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle
from pb_portal.db import Missing
from pb_portal.domain.letter_caps import LetterCaps
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.proposal_states import ProposalAction, step_for
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.files.models import StoredFile
from pb_portal.outbox import service as outbox
from pb_portal.proposals.models import EstimateLine, PaperApplication, Proposal, ProposalFollow
from pb_portal.proposals.service.drafts import Place, index_words, save_draft
from pb_portal.proposals.service.estimate import add_own_line, add_work
from pb_portal.proposals.service.held_words import check_proposal_words, hold_proposal
from pb_portal.proposals.service.revisions import find_revision, take_over
from pb_portal.proposals.service.steps import change_status
from pb_portal.proposals.service.submission import gaps, rework_until, submit_numbered

LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
CODE_LENGTH = 10


@dataclass(frozen=True)
class PaperLine:
    """A line of the estimate as typed: a work of the catalogue, or a title with unit and price."""

    work_id: int | None
    quantity: str
    title: str = ""
    unit: str = ""
    unit_price: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Paper:
    """What stands on the paper: the person as little as possible, and the proposal."""

    paper_number: str
    received_on: date
    name: str
    title: str
    problem: str
    solution: str
    address: str
    category_id: int | None
    place: Place | None
    lines: Sequence[PaperLine]
    area_id: int | None = None
    language: str = "ru"
    email: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Entered:
    """A paper that became a proposal, and the code with which its author may claim it."""

    proposal: Proposal
    code: str


def accepts_paper(cycle: Cycle, by: Signature) -> bool:
    """From the first day of the call until the review ends: a paper that came in time is typed
    in later."""
    call = cycles.find_phase(cycle, PhaseKind.APPLICATIONS)
    review_over = cycles.phase_over(cycle, PhaseKind.REVIEW, by.at)
    began = call is not None and call.starts_at <= by.at
    return began and not (review_over and cycles.phase_over(cycle, PhaseKind.APPLICATIONS, by.at))


def enter_paper(
    session: Session,
    by: Signature,
    cycle: Cycle,
    paper: Paper,
    zone: ZoneInfo,
    scan: StoredFile | None = None,
) -> Entered:
    """Make a proposal of a paper and hand it in. Refuses what refuses anybody's, a paper that
    came outside the call, and a number that was entered before."""
    demand(by.actor, P.KEEP_REGISTER)
    _check(session, by, cycle, paper, zone)
    draft = Proposal(
        cycle=cycle,
        origin="paper",
        author_id=by.actor.person_id,
        language=paper.language,
        created_at=by.at,
        updated_at=by.at,
    )
    session.add(draft)
    session.flush()
    _write(session, by, draft, paper)
    _refuse_first_gap(draft)
    waits = check_proposal_words(session, draft)
    draft.author_id = None
    code = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
    _keep(session, by, draft, paper, code, scan)
    submit_numbered(session, by, draft)
    _send_code(session, by, draft, paper, code)
    hold_proposal(session, by, draft, held=waits)
    return Entered(draft, f"{code[:5]}-{code[5:]}")


def send_paper_again(session: Session, by: Signature, proposal_id: int, paper: Paper) -> Proposal:
    """Hand a returned paper in again with what its author has changed."""
    demand(by.actor, P.KEEP_REGISTER)
    held = get_paper(session, proposal_id, lock=True)
    proposal = held.proposal
    copy = find_revision(session, proposal.id, lock=True)
    step_for(proposal.status, ProposalAction.RESUBMIT)
    until = rework_until(proposal.cycle)
    if until is not None and by.at >= until:
        raise Refusal("proposal.rework_over")
    if held.claimed_at is not None or copy is None:
        raise Refusal("paper.claimed")
    with _written(session, by, proposal):
        copy.lines = []
        _write(session, by, copy, paper)
    _refuse_first_gap(copy)
    waits = check_proposal_words(session, copy)
    take_over(session, copy)
    index_words(proposal)
    change_status(session, by, proposal, ProposalAction.RESUBMIT, part="author")
    hold_proposal(session, by, proposal, held=waits)
    return proposal


def claim_paper(session: Session, by: Signature, code: str) -> Proposal:
    """Make the paper's proposal the person's own; what was kept of them is removed."""
    demand(by.actor, P.PROPOSE)
    assert by.actor.person_id is not None
    plain = "".join(letter for letter in code.upper() if letter in LETTERS)
    held = session.scalars(
        select(PaperApplication)
        .where(PaperApplication.claim_hash == digest(plain))
        .with_for_update(of=PaperApplication)
    ).one_or_none()
    if held is None:
        raise Refusal("paper.code_wrong", field="code")
    proposal = held.proposal
    proposal.author_id = by.actor.person_id
    copy = find_revision(session, proposal.id)
    if copy is not None:
        copy.author_id = by.actor.person_id
    held.claim_hash, held.claimed_at = None, by.at
    held.name = held.email = held.phone = ""
    key = (proposal.id, by.actor.person_id)
    if session.get(ProposalFollow, key) is None:
        session.add(ProposalFollow(proposal_id=key[0], person_id=key[1], at=by.at))
    session.flush()
    audit.record(
        session, by, "paper.claimed", ("proposal", proposal.id), cycle_id=proposal.cycle_id
    )
    return proposal


def get_paper(session: Session, proposal_id: int, *, lock: bool = False) -> PaperApplication:
    """The paper of a proposal; raises `Missing`."""
    found = session.get(
        PaperApplication, proposal_id, with_for_update={"of": PaperApplication} if lock else None
    )
    if found is None:
        raise Missing("paper")
    return found


def _check(session: Session, by: Signature, cycle: Cycle, paper: Paper, zone: ZoneInfo) -> None:
    if not accepts_paper(cycle, by):
        raise Refusal("paper.closed")
    if not paper.paper_number:
        raise Refusal("paper.no_number", field="paper_number")
    if not paper.name:
        raise Refusal("paper.no_name", field="name")
    call = cycles.find_phase(cycle, PhaseKind.APPLICATIONS)
    assert call is not None
    first, last = (moment.astimezone(zone).date() for moment in (call.starts_at, call.ends_at))
    if not first <= paper.received_on <= min(last, by.at.astimezone(zone).date()):
        raise Refusal("paper.outside_call", field="received_on", first=first, last=last)
    taken = select(PaperApplication.proposal_id).where(
        PaperApplication.cycle_id == cycle.id, PaperApplication.paper_number == paper.paper_number
    )
    if session.scalar(taken) is not None:
        raise Refusal("paper.number_taken", field="paper_number")


def _write(session: Session, by: Signature, draft: Proposal, paper: Paper) -> None:
    save_draft(
        session,
        by,
        draft,
        title=paper.title,
        problem=paper.problem,
        solution=paper.solution,
        address=paper.address,
        category_id=paper.category_id,
        area_id=paper.area_id,
    )
    save_draft(session, by, draft, place=paper.place)
    for place, line in enumerate(paper.lines):
        _add_line(session, by, draft, place, line)


def _add_line(
    session: Session, by: Signature, draft: Proposal, place: int, line: PaperLine
) -> EstimateLine:
    try:
        if line.work_id is not None:
            return add_work(session, by, draft, work_id=line.work_id, quantity=line.quantity)
        return add_own_line(
            session,
            by,
            draft,
            title=line.title,
            unit=line.unit,
            unit_price=line.unit_price,
            reason=line.reason,
            quantity=line.quantity,
        )
    except Refusal as refusal:
        name = (refusal.field or "").removeprefix("own_").removeprefix("work_")
        refusal.field = f"line{place}_{name}"
        raise


def _keep(
    session: Session,
    by: Signature,
    proposal: Proposal,
    paper: Paper,
    code: str,
    scan: StoredFile | None,
) -> None:
    assert by.actor.person_id is not None
    try:
        with session.begin_nested():
            session.add(
                PaperApplication(
                    proposal_id=proposal.id,
                    cycle_id=proposal.cycle_id,
                    paper_number=paper.paper_number,
                    received_on=paper.received_on,
                    registrar_id=by.actor.person_id,
                    at=by.at,
                    name=paper.name,
                    email=paper.email.casefold(),
                    phone=paper.phone,
                    locale=paper.language,
                    scan=scan,
                    claim_hash=digest(code),
                )
            )
    except IntegrityError:
        raise Refusal("paper.number_taken", field="paper_number") from None
    audit.record(
        session, by, "paper.entered", ("proposal", proposal.id), cycle_id=proposal.cycle_id
    )


def _send_code(
    session: Session, by: Signature, proposal: Proposal, paper: Paper, code: str
) -> None:
    """The code goes by letter where the address is known; whoever has an account is told so."""
    if not paper.email:
        return
    if not outbox.claim_letter(session, by, "paper", recipient=paper.email, caps=LetterCaps()):
        return
    outbox.post(
        session,
        by,
        "paper_claim",
        recipient=paper.email.casefold(),
        locale=paper.language,
        name=paper.name,
        number=proposal.number,
        title=proposal.title,
        code=f"{code[:5]}-{code[5:]}",
        known=find_reader(session, paper.email) is not None,
        path="/my/claim",
        page=f"/c/{proposal.cycle.slug}/proposals/{proposal.number}",
    )


@contextmanager
def _written(session: Session, by: Signature, proposal: Proposal) -> Iterator[None]:
    """Written under the registrar's name for a moment; never left so."""
    proposal.author_id = by.actor.person_id
    try:
        yield
    finally:
        proposal.author_id = None


def _refuse_first_gap(draft: Proposal) -> None:
    """Say what is missing first, beside its field."""
    for gap in gaps(draft):
        field = "line0_quantity" if gap.field == "work" else gap.field
        raise Refusal(gap.code, field=field, **gap.params)
