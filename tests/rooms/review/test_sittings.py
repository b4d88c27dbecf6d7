"""Sittings of the council: agenda, members, votes, and a protocol that is final once signed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.cycles.models import Cycle
from pb_portal.domain.checklist import CHECKS
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Conflict, Forbidden, Refusal
from pb_portal.outbox.models import Letter
from pb_portal.proposals import service as proposals
from pb_portal.proposals.models import Proposal
from pb_portal.review import service as review
from pb_portal.review.council import members, protocol, queries, service
from pb_portal.review.council.models import CouncilMember, CouncilSitting
from tests.conftest import sign_in
from tests.factories import make_cycle, make_person, make_proposal, signed
from tests.strict import StrictClient

TODAY = datetime.now(ZoneInfo("Asia/Almaty")).date()
"""By the city's calendar, as the secretary's pages count."""
LOCALES = ("ru", "kk", "en")


@pytest.fixture
def cycle(session: Session) -> Cycle:
    return make_cycle(session, PhaseKind.REVIEW, areas=2)


@pytest.fixture
def reviewer(session: Session) -> Person:
    return make_person(session, "reviewer")


@pytest.fixture
def secretary(session: Session) -> Person:
    return make_person(session, "secretary", name="Секретарь Кеңес")


@pytest.fixture
def council(session: Session, secretary: Person) -> list[CouncilMember]:
    return [
        members.add_member(
            session, signed(secretary), name=f"Member {letter}", office="Architect", joined_on=TODAY
        )
        for letter in "ABCDE"
    ]


def passed(session: Session, reviewer: Person, cycle: Cycle, **values: Any) -> Proposal:
    author = make_person(session)
    proposal = make_proposal(session, cycle, author_id=author.id, **values)
    by = signed(reviewer)
    review.take(session, by, proposal.id, version=proposal.version)
    finding = review.Finding("admit", dict.fromkeys(CHECKS, "yes"), 9_000_000, "Good.")
    review.record_finding(session, by, proposal.id, finding, version=proposal.version)
    return proposal


@pytest.fixture
def files(session: Session, reviewer: Person, cycle: Cycle) -> list[Proposal]:
    made = [passed(session, reviewer, cycle, title=f"Файл {place}") for place in (1, 2)]
    session.commit()
    return made


def called(council: list[CouncilMember], **values: Any) -> service.Called:
    return service.Called(
        **{
            "number": "7",
            "held_on": TODAY,
            "place": "Akimat",
            "chair_id": council[0].id,
            "present": [member.id for member in council[:4]],
            **values,
        }
    )


def admit(**values: Any) -> service.Verdict:
    return service.Verdict(**{"outcome": "admit", "votes_for": 4, **values})


def opened(
    session: Session, by: Person, council: list[CouncilMember], files: list[Proposal]
) -> CouncilSitting:
    return service.open_sitting(
        session,
        signed(by),
        called(council),
        cycle_id=files[0].cycle_id,
        area_id=None,
        proposal_ids=[file.id for file in files],
    )


def decide(
    session: Session, by: Person, held: CouncilSitting, place: int, verdict: service.Verdict
) -> None:
    item = held.items[place]
    service.decide(
        session, signed(by), held.id, item.id, verdict, seen_version=item.proposal.version
    )


def sign(session: Session, by: Person, held: CouncilSitting) -> CouncilSitting:
    return service.sign(session, signed(by), held.id, version=held.version, today=TODAY)


def test_nothing_applies_before_the_protocol_is_signed_and_then_all_of_it(
    session: Session, secretary: Person, council: list[CouncilMember], files: list[Proposal]
) -> None:
    held = opened(session, secretary, council, files)
    decide(session, secretary, held, 0, admit(votes_for=3, conflicted=(council[3].id,)))
    rejecting = service.Verdict(
        "reject", 2, 1, 1, grounds=("duplicate",), sentence="The same stands beside it."
    )
    decide(session, secretary, held, 1, rejecting)
    assert [file.status for file in files] == ["in_review", "in_review"]
    sign(session, secretary, held)
    assert [file.status for file in files] == ["admitted", "rejected"]
    assert protocol.digest(held.protocol) == held.protocol_digest
    said = held.protocol["items"]
    assert said[0]["conflicted"] == ["Member D"]
    assert (said[1]["grounds"], said[1]["votes_abstained"]) == (["duplicate"], 1)
    assert [one["name"] for one in held.protocol["absent"]] == ["Member E"]
    letters = session.scalars(select(Letter).where(Letter.template == "proposal_step")).all()
    assert {letter.data["target"] for letter in letters} >= {"admitted", "rejected"}


def test_a_file_put_off_waits_for_the_next_sitting(
    session: Session, secretary: Person, council: list[CouncilMember], files: list[Proposal]
) -> None:
    held = opened(session, secretary, council, files)
    decide(session, secretary, held, 0, admit())
    with pytest.raises(Refusal, match=r"council\.no_postpone_reason"):
        decide(session, secretary, held, 1, service.Verdict("postpone"))
    decide(session, secretary, held, 1, service.Verdict("postpone", sentence="No plan yet."))
    sign(session, secretary, held)
    assert files[1].status == "in_review"
    assert files[1] in queries.ready_for(session, files[1].cycle_id, None)


def test_signing_is_refused_with_gaps_and_saves_nothing(
    session: Session, secretary: Person, council: list[CouncilMember], files: list[Proposal]
) -> None:
    held = opened(session, secretary, council, files)
    decide(session, secretary, held, 0, admit())
    with pytest.raises(Refusal, match=r"council\.undecided"):
        sign(session, secretary, held)
    decide(session, secretary, held, 1, admit())
    few = called(council, present=[council[0].id, council[1].id])
    service.change_sitting(session, signed(secretary), held.id, few, version=held.version)
    with pytest.raises(Refusal, match=r"council\.no_quorum"):
        sign(session, secretary, held)
    some = called(council, present=[member.id for member in council[:3]])
    service.change_sitting(session, signed(secretary), held.id, some, version=held.version)
    with pytest.raises(Refusal, match=r"council\.votes_of_file"):
        sign(session, secretary, held)
    assert {file.status for file in files} == {"in_review"}
    assert held.state == "open"


def test_a_file_that_changed_after_the_council_looked_stops_the_signing(
    session: Session, secretary: Person, council: list[CouncilMember], files: list[Proposal]
) -> None:
    held = opened(session, secretary, council, files)
    decide(session, secretary, held, 0, admit())
    decide(session, secretary, held, 1, admit())
    author = session.get_one(Person, files[1].author_id)
    proposals.withdraw(session, signed(author), files[1], reason="Moved away")
    session.commit()
    with pytest.raises(Conflict) as refused:
        sign(session, secretary, held)
    assert refused.value.code == "council.file_changed"
    session.rollback()
    session.expire_all()
    assert (files[0].status, held.state) == ("in_review", "open")


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"present": ()}, "council.nobody_present", "present"),
        ({"present": (10**6,), "chair_id": 10**6}, "council.not_member", "present"),
        ({"chair_id": 10**6}, "council.chair_absent", "chair_id"),
    ],
)
def test_a_sitting_needs_members_and_a_chair_among_them(
    session: Session,
    secretary: Person,
    council: list[CouncilMember],
    files: list[Proposal],
    values: dict[str, Any],
    code: str,
    field: str,
) -> None:
    with pytest.raises(Refusal) as refused:
        service.open_sitting(
            session,
            signed(secretary),
            called(council, **values),
            cycle_id=files[0].cycle_id,
            area_id=None,
            proposal_ids=[],
        )
    assert (refused.value.code, refused.value.field) == (code, field)


def test_a_file_stands_on_one_open_agenda_and_numbers_do_not_repeat(
    session: Session, secretary: Person, council: list[CouncilMember], files: list[Proposal]
) -> None:
    held = opened(session, secretary, council, files[:1])
    with pytest.raises(Refusal, match=r"council\.number_taken"):
        opened(session, secretary, council, files[1:])
    assert queries.next_number(session, held.cycle_id) == "2"
    with pytest.raises(Refusal, match=r"council\.not_ready"):
        service.open_sitting(
            session,
            signed(secretary),
            called(council, number="8"),
            cycle_id=held.cycle_id,
            area_id=None,
            proposal_ids=[files[0].id],
        )
    session.rollback()


def test_a_districts_secretary_keeps_the_districts_sittings_only(
    session: Session, cycle: Cycle, council: list[CouncilMember], files: list[Proposal]
) -> None:
    home = cycle.areas[0].area
    local = make_person(session, "secretary", area=home)
    with pytest.raises(Forbidden):
        opened(session, local, council, files)
    held = service.open_sitting(
        session,
        signed(local),
        called(council),
        cycle_id=cycle.id,
        area_id=home.id,
        proposal_ids=[file.id for file in files if file.area_id == home.id],
    )
    stranger = make_person(session, "secretary", area=cycle.areas[1].area)
    with pytest.raises(Forbidden):
        service.sign(session, signed(stranger), held.id, version=held.version, today=TODAY)


def test_a_signed_protocol_is_final_in_the_portal_and_in_the_database(
    session: Session, secretary: Person, council: list[CouncilMember], files: list[Proposal]
) -> None:
    held = opened(session, secretary, council, files)
    for place in (0, 1):
        decide(session, secretary, held, place, admit())
    sign(session, secretary, held)
    session.commit()
    with pytest.raises(Refusal, match=r"council\.signed_already"):
        decide(session, secretary, held, 0, admit())
    session.rollback()
    for statement in ("UPDATE review_sitting SET place = 'x'", "DELETE FROM review_sitting"):
        with pytest.raises(DatabaseError, match="signed protocol is final"):
            session.execute(text(statement))
        session.rollback()
    members.retire_member(session, signed(secretary), council[0].id, on=TODAY)
    assert held.protocol["chair"]["name"] == "Member A"


def test_the_secretary_calls_decides_and_signs_and_everybody_reads_and_prints(
    client: StrictClient, session: Session, secretary: Person, cycle: Cycle, files: list[Proposal]
) -> None:
    sign_in(client, secretary)
    for letter in "AB":
        since = (TODAY - timedelta(days=30)).isoformat()
        member = {"name": f"Мүше {letter}", "office": "Сәулетші", "joined_on": since}
        seated = client.fill("/desk/council/members", member)
        assert seated.status_code == 302
    first, second = session.scalars(select(CouncilMember.id).order_by(CouncilMember.id))
    client.page("/desk/council")
    call = f"/desk/council/sittings/new?cycle={cycle.id}"
    data: dict[str, Any] = {
        "number": "14/2026",
        "held_on": TODAY.isoformat(),
        "files": [str(file.id) for file in files],
    }
    nobody = client.fill(call, {**data, "chair_id": str(first)})
    assert nobody.status_code == 422
    assert "Mark who was present" in nobody.get_data(as_text=True)
    there = client.fill(
        call, {**data, "present": [str(first), str(second)], "chair_id": str(first)}
    )
    assert there.status_code == 302
    sitting = there.location
    for locale in LOCALES:
        for path in ("/desk/council", "/desk/council/members", call, sitting, f"{sitting}/edit"):
            client.page(path, locale=locale)
    agenda = client.page(sitting)
    assert "2 files have no decision yet" in agenda
    early = client.fill(f"{sitting}/sign", {"version": "1"}, at=sitting)
    assert early.status_code == 422
    held = session.scalars(select(CouncilSitting)).one()
    one, two = (f"{sitting}/{item.id}" for item in held.items)
    verdict: dict[str, Any] = {"version": files[0].version, "votes_for": "2", "votes_against": "0"}
    wrong = client.fill(one, {**verdict, "outcome": "reject", "votes_for": "5"})
    assert wrong.status_code == 422
    assert "5 votes are entered, but 2 members vote" in wrong.get_data(as_text=True)
    late = client.fill(one, {**verdict, "version": 0, "outcome": "admit", "sentence": "Kept words"})
    assert late.status_code == 409
    assert "Kept words" in late.get_data(as_text=True)
    assert client.fill(one, {**verdict, "outcome": "admit"}).location == two
    for locale in LOCALES:
        client.page(two, locale=locale)
    bare = client.fill(two, {**verdict, "outcome": "reject"})
    assert "Choose at least one ground" in bare.get_data(as_text=True)
    grounds = {"grounds": ["network_zone"], "sentence": "A main runs here."}
    assert client.fill(two, {**verdict, "outcome": "reject", **grounds}).location == sitting
    session.expire_all()
    draft = client.get(f"{sitting}/kk.pdf")
    assert draft.data.startswith(b"%PDF")
    signing = client.fill(f"{sitting}/sign", {"version": held.version}, at=sitting)
    assert signing.status_code == 302
    public = signing.location
    client.get("/logout")
    for locale in LOCALES:
        page = client.page(public, locale=locale)
        assert "14/2026" in page and "A main runs here." in page and "Мүше A" in page
        assert "14/2026" in client.page(f"/c/{cycle.slug}/protocols", locale=locale)
        assert client.get(f"{public}/{locale}.pdf").data.startswith(b"%PDF")
        decided = client.page(f"/c/{cycle.slug}/decisions", locale=locale)
        assert "A main runs here." in decided
    again = client.get(f"{public}/kk.pdf").data
    assert again == client.get(f"{public}/kk.pdf").data
    assert client.get(f"{public}/fr.pdf").status_code == 404


def test_a_sitting_in_the_future_cannot_be_signed(
    session: Session, secretary: Person, council: list[CouncilMember], files: list[Proposal]
) -> None:
    held = opened(session, secretary, council, files[:1])
    decide(session, secretary, held, 0, admit())
    later = called(council, held_on=TODAY + timedelta(days=1))
    service.change_sitting(session, signed(secretary), held.id, later, version=held.version)
    with pytest.raises(Refusal, match=r"council\.future"):
        sign(session, secretary, held)
