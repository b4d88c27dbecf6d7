"""Voters for tests: a register row, and the steps that lead to a ballot."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import insert, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from pb_portal.approvals.models import ApprovalRequest
from pb_portal.cycles.models import Cycle
from pb_portal.domain import identity, roll
from pb_portal.domain.phases import PhaseKind
from pb_portal.outbox.models import Letter
from pb_portal.proposals.models import Proposal
from pb_portal.register.identity import packages
from pb_portal.register.models import RegisterCorrection, RegisterEntry, RegisterState
from pb_portal.register.service import intake
from pb_portal.register.service import roll as register_roll
from pb_portal.signing import Signer
from pb_portal.voting.models import Participation, VoterSession
from pb_portal.voting.paper.models import PollingPoint
from pb_portal.voting.paper.service.desk import count_papers
from pb_portal.voting.service.statements import participation_row
from tests.factories import make_cycle, make_person, make_proposal, signed

KEY = "test-register"
ROLL_KEYS = register_roll.RollKeys(KEY, Signer("test-signing"))
NUMBERS = count(1)


@dataclass(frozen=True)
class Voter:
    """Somebody the register knows."""

    iin: str
    born: date
    phone: str
    key: str

    @property
    def form(self) -> dict[str, str]:
        """What the voter types."""
        return {"iin": self.iin, "birth_date": f"{self.born:%d.%m.%Y}", "phone": self.phone}


def make_iin(born: date) -> str:
    """A valid IIN with this birth date, another one each time."""
    century = "3" if born.year < 2000 else "5"
    while True:
        body = f"{born:%y%m%d}{century}{next(NUMBERS) % 10000:04d}"
        digit = identity.check_digit(body)
        if digit is not None:
            return f"{body}{digit}"


def make_voter(session: Session, cycle: Cycle, phone: str = "", **values: Any) -> Voter:
    """A resident in the cycle's register."""
    born = date(1990, 5, 31)
    iin = make_iin(born)
    phone = phone or f"+7701{next(NUMBERS):07d}"
    key = identity.voter_key(KEY, cycle.id, iin)
    row = {
        "cycle_id": cycle.id,
        "voter_key": key,
        "proof": identity.birth_proof(KEY, cycle.id, iin, born),
        "phone_key": identity.phone_key(KEY, cycle.id, phone),
        "area_id": cycle.areas[0].area_id,
        "permanent": True,
        "old_enough": True,
        "masked_year": None,
        **values,
    }
    enter(session, row)
    return Voter(iin, born, phone, key)


def enter(session: Session, row: dict[str, Any]) -> None:
    """Put a row into a register; into a frozen one as two people would."""
    intake.coded(roll.cycle_key(KEY, row["cycle_id"]), row)
    state = session.get(RegisterState, row["cycle_id"])
    correction = None
    if state is not None and state.frozen_at is not None:
        now = datetime.now(UTC)
        request = ApprovalRequest(
            kind="register.correction",
            subject=f"test:{row['voter_key']}",
            proposed_by=1,
            proposed_at=now,
            state="approved",
            decided_by=2,
            decided_at=now,
        )
        session.add(request)
        session.flush()
        said = {name: value for name, value in row.items() if name not in ("masked_year", "mac")}
        correction = RegisterCorrection(kind="add", document="card", approval_id=request.id, **said)
        session.add(correction)
        session.flush()
    session.add(RegisterEntry(**row))
    session.flush()
    if correction is not None:
        correction.state, correction.voter_key = "applied", ""
        state.entries += 1
        cycle, fresh = session.get_one(Cycle, row["cycle_id"]), [intake.values_of(row)]
        register_roll.sign_correction(
            session, cycle, ROLL_KEYS, "add", ([], fresh), datetime.now(UTC)
        )
        session.flush()


def sign_register(session: Session, cycle: Cycle) -> None:
    """Sign the digest of a register as its freeze does."""
    state = session.get_one(RegisterState, cycle.id)
    state.digest, state.entries = register_roll.digest_rows(session, cycle.id, KEY)
    assert state.frozen_at is not None
    register_roll.sign_freeze(session, cycle, state, ROLL_KEYS, state.frozen_at)


def mark_participation(
    session: Session, cycle: Cycle, voter_key: str, channel: str = "portal", on: date | None = None
) -> None:
    """Mark a participation by the path that the database asks for."""
    own, day = roll.cycle_key(KEY, cycle.id), on or datetime.now(UTC).date()
    area = cycle.areas[0].area_id
    visit = VoterSession(
        token_hash=f"mark {voter_key}",
        cycle_id=cycle.id,
        voter_key=voter_key,
        area_id=area,
        expires_at=datetime.now(UTC),
    )
    if channel == "portal":
        session.add(visit)
    else:
        texts = {"en": "School"}
        point = PollingPoint(
            cycle_id=cycle.id, area_id=area, names=texts, addresses=texts, hours=texts
        )
        session.add(point)
        session.flush()
        count_papers(session, own, point.id, day, handed=1)
    session.flush()
    row = participation_row(own, cycle.id, voter_key, channel, day)
    session.execute(insert(Participation).values(row))
    if channel == "portal":
        session.delete(visit)
    session.flush()


def make_vote(
    session: Session, proposals: int = 4, *, frozen_register: bool = True, **values: Any
) -> tuple[Cycle, list[Proposal]]:
    """A cycle in which the vote is open: a frozen register and admitted proposals."""
    cycle = make_cycle(session, PhaseKind.VOTING, **values)
    now = datetime.now(UTC)
    session.add(
        RegisterState(
            cycle_id=cycle.id,
            entries=0,
            loaded_at=now - timedelta(days=3),
            frozen_at=now - timedelta(days=2) if frozen_register else None,
        )
    )
    made = [make_proposal(session, cycle, status="admitted") for _ in range(proposals)]
    session.flush()
    if frozen_register:
        sign_register(session, cycle)
    return cycle, made


def last_code(session: Session, phone: str) -> str:
    """The code of the newest message to a phone."""
    letter = session.scalars(
        select(Letter)
        .where(Letter.recipient == phone, Letter.template == "identity_code")
        .order_by(Letter.id.desc())
        .limit(1)
    ).one()
    return str(letter.data["code"])


def token_on(page: str) -> str:
    """The CSRF token of a page."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found
    return found[1]


def post(client: FlaskClient, path: str, data: dict[str, Any], *, at: str = "") -> TestResponse:
    """Open a page, take its token and post to the path."""
    page = client.get(at or path).get_data(as_text=True)
    return client.post(path, data={**data, "csrf_token": token_on(page)})


def prove(client: FlaskClient, session: Session, slug: str, voter: Voter) -> TestResponse:
    """From the first page to the ballot."""
    answer = post(client, f"/c/{slug}/vote", voter.form)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    code = last_code(session, voter.phone)
    return post(client, f"/c/{slug}/vote/code", {"code": code})


def submission_on(page: str) -> str:
    """The name of the sending on the check page."""
    found = re.search(r'name="submission" value="([0-9a-f]{32})"', page)
    assert found
    return found[1]


def vote(client: FlaskClient, slug: str, choices: list[int]) -> TestResponse:
    """From the ballot to the answer of the last button."""
    answer = post(client, f"/c/{slug}/vote/ballot", {"choice": choices})
    assert answer.status_code == 302, answer.get_data(as_text=True)
    page = client.get(f"/c/{slug}/vote/check").get_data(as_text=True)
    data = {
        "choice": choices,
        "submission": submission_on(page),
        "csrf_token": token_on(page),
    }
    return client.post(f"/c/{slug}/vote/check", data=data)


def make_codes(session: Session, cycle: Cycle, size: int = 1, area: int | None = None) -> list[str]:
    """Paper codes of a package that two people ordered and printed, as printed."""
    first, second = make_person(session, "registrar"), make_person(session, "commissioner")
    order = packages.Order(size, "letters", "Window 4", area)
    package = packages.order_package(session, signed(first), cycle, order)
    codes = packages.fresh_codes(size)
    packages.keep_printed(session, signed(second), package, codes, KEY)
    return codes


def prove_by_paper(client: FlaskClient, slug: str, voter: Voter, code: str) -> TestResponse:
    """The page of the paper code, filled in."""
    data = {"iin": voter.iin, "birth_date": f"{voter.born:%d.%m.%Y}", "code": code}
    return post(client, f"/c/{slug}/vote/paper-code", data)


def open_at_desk(
    client: FlaskClient, slug: str, voter: Voter, *, looked: str = "y"
) -> TestResponse:
    """The operator's page, filled in by whoever is signed in as a registrar."""
    data = {"iin": voter.iin, "birth_date": f"{voter.born:%d.%m.%Y}", "looked": looked}
    return post(client, f"/desk/cycles/{slug}/help-voter", data)
