"""Paper codes: one code serves one voter, in its district, printed once by a second person."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import IntegrityError

from pb_portal.audit.models import AuditEntry
from pb_portal.cycles.queries import rules_of
from pb_portal.db import db, transaction
from pb_portal.domain.paper_codes import read_code
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Forbidden, Refusal
from pb_portal.domain.rule_book import RuleBook
from pb_portal.domain.signature import ANYONE, Signature
from pb_portal.register.identity import PROVIDERS, Desk, packages
from pb_portal.register.identity.models import CodePackage, PaperCode
from pb_portal.register.identity.paper_code import ATTEMPTS, Held
from pb_portal.voting import service as voting
from tests.conftest import sign_in
from tests.factories import make_cycle, make_person, signed
from tests.factories.voting import (
    KEY,
    last_code,
    make_codes,
    make_iin,
    make_vote,
    make_voter,
    post,
    prove_by_paper,
    token_on,
    vote,
)

RULES = RuleBook(options={"identity": ["phone", "paper_code"]})
ONLY = RuleBook(options={"identity": ["paper_code"]})


@pytest.fixture(autouse=True)
def at_once(app):
    app.config["IDENTITY_PACE"] = 0.0
    yield
    app.config.pop("IDENTITY_PACE")


def try_code(session, cycle, voter, code, born: date | None = None):
    """Prove as the provider does; returns the refusal's code, or the proved voter."""
    held = Held(voter.iin, born or voter.born, read_code(code) or code)
    by = Signature(ANYONE, datetime.now(UTC))
    try:
        return PROVIDERS["paper_code"].prove(
            session, by, Desk(cycle.id, KEY, "10.0.0.1", "kk"), held, rules_of(cycle)
        )
    except Refusal as refusal:
        return refusal.code


def test_a_voter_with_a_code_chooses_the_way_and_votes(client, session):
    cycle, papers = make_vote(session, rules=RULES)
    voter = make_voter(session, cycle)
    (code,) = make_codes(session, cycle)
    for locale in ("kk", "ru", "en"):
        client.page(f"/c/{cycle.slug}/vote", locale=locale)
        client.page(f"/c/{cycle.slug}/vote/paper-code", locale=locale)
    answer = post(client, f"/c/{cycle.slug}/vote", {"way": "paper_code"})
    assert answer.location == f"/c/{cycle.slug}/vote/paper-code"
    answer = prove_by_paper(client, cycle.slug, voter, code.lower().replace("-", " "))
    assert answer.location == f"/c/{cycle.slug}/vote/ballot"
    assert vote(client, cycle.slug, [papers[0].id]).location.endswith("/vote/done")
    assert session.scalars(select(voting_how())).one() == "paper_code"


def voting_how() -> Any:
    from pb_portal.voting.models import VoterSession

    return VoterSession.how


def test_nothing_chosen_is_asked_again_and_an_unknown_way_too(client, session):
    cycle, _ = make_vote(session, rules=RULES)
    for data in ({}, {"way": "openid"}, {"way": "operator"}, {"way": "x"}):
        answer = post(client, f"/c/{cycle.slug}/vote", data)
        assert answer.status_code == 422 and "Choose one of the ways" in answer.text


def test_a_single_way_begins_at_once_and_others_are_closed(client, session):
    cycle, _ = make_vote(session, rules=ONLY)
    start = f"/c/{cycle.slug}/vote"
    assert client.get(start).location == f"{start}/paper-code"
    for closed in ("phone", "code"):
        assert client.get(f"{start}/{closed}").location == start
    plain, _ = make_vote(session)
    answer = client.get(f"/c/{plain.slug}/vote/paper-code")
    assert answer.location == f"/c/{plain.slug}/vote"
    assert "Mobile phone" in client.page(f"/c/{plain.slug}/vote")


def test_every_wrong_thing_gets_the_very_same_answer(client, session):
    cycle, _ = make_vote(session, rules=RULES, areas=2)
    here, there = (part.area_id for part in cycle.areas)
    voter, other = make_voter(session, cycle), make_voter(session, cycle)
    foreign = make_voter(session, cycle, area_id=there)
    (code,) = make_codes(session, cycle, area=here)
    (used,) = make_codes(session, cycle)
    (revoked,) = make_codes(session, cycle)
    package = session.scalars(select(CodePackage).order_by(CodePackage.id.desc())).first()
    packages.revoke_package(session, signed(make_person(session, "registrar")), package)
    assert try_code(session, cycle, other, used).how == "paper_code"
    unknown = type(voter)(make_iin(voter.born), voter.born, voter.phone, "")
    fresh = packages.fresh_codes(1)[0]
    cases = [
        (unknown, code),
        (voter, fresh),
        (voter, used),
        (voter, revoked),
        (foreign, code),
    ]
    pages = set()
    for person, typed in cases:
        answer = prove_by_paper(client, cycle.slug, person, typed)
        assert answer.status_code == 422
        pages.add(
            answer.text.replace(person.iin, "")
            .replace(typed, "")
            .replace(token_on(answer.text), "")
        )
    assert len(pages) == 1
    assert "vote/help" in pages.pop(), "the way out is on the page"
    assert prove_by_paper(client, cycle.slug, voter, code).status_code == 302


def test_unknown_and_mismatched_people_cost_the_same_statements(client, session):
    cycle, _ = make_vote(session, rules=RULES)
    voter = make_voter(session, cycle)
    (code,) = make_codes(session, cycle)
    unknown = type(voter)(make_iin(voter.born), voter.born, voter.phone, "")
    made: list[str] = []
    bind = session.get_bind()
    event.listen(bind, "before_cursor_execute", lambda *a: made.append(a[2]))
    seen = []
    for person, typed, born in (
        (unknown, code, None),
        (voter, code, date(1991, 1, 1)),
        (voter, packages.fresh_codes(1)[0], None),
    ):
        session.flush()
        session.expunge_all()
        made.clear()
        assert try_code(session, cycle, person, typed, born) == "identity.not_matched"
        seen.append([one.split()[0] for one in made])
    assert seen[0] == seen[1] == seen[2] == ["SELECT", "UPDATE", "UPDATE"]


def test_the_same_person_changes_the_vote_with_the_same_code(client, session):
    cycle, papers = make_vote(session, rules=RULES)
    voter = make_voter(session, cycle)
    (code,) = make_codes(session, cycle)
    for paper in papers[:2]:
        assert prove_by_paper(client, cycle.slug, voter, code).status_code == 302
        assert vote(client, cycle.slug, [paper.id]).status_code == 302
    rows = session.execute(text("SELECT count(*) FROM voting_participation")).scalar_one()
    assert rows == 1


def test_a_code_dies_after_ten_tries_with_data_that_do_not_fit(session):
    cycle, _ = make_vote(session, rules=RULES)
    voter = make_voter(session, cycle)
    (code, second) = make_codes(session, cycle, 2)
    for _ in range(ATTEMPTS):
        assert try_code(session, cycle, voter, code, date(1991, 1, 1)) == "identity.not_matched"
    assert try_code(session, cycle, voter, code) == "identity.not_matched"
    assert try_code(session, cycle, voter, second).voter_key == voter.key, "another one helps"


def test_guessing_without_the_code_uses_up_nobodys_tries(session):
    cycle, _ = make_vote(session, rules=RULES)
    voter = make_voter(session, cycle)
    (code,) = make_codes(session, cycle)
    for guess in packages.fresh_codes(50):
        assert try_code(session, cycle, voter, guess) == "identity.not_matched"
    assert try_code(session, cycle, voter, code).voter_key == voter.key


def test_codes_are_stored_as_keyed_hashes_only(session):
    cycle, _ = make_vote(session, rules=RULES)
    codes = make_codes(session, cycle, 20)
    stored = str(session.execute(text("SELECT * FROM register_paper_code")).all())
    stored += str(session.execute(text("SELECT * FROM register_code_package")).all())
    stored += str(session.execute(text("SELECT * FROM audit_entry")).all())
    for code in codes:
        assert code not in stored and code.replace("-", "") not in stored


def race(works: list[Callable[[], None]]) -> None:
    gate = threading.Barrier(len(works))

    def run(work: Callable[[], None]) -> None:
        gate.wait()
        work()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def test_five_codes_let_five_people_vote_however_many_press_at_once(app, own_app):
    with own_app.app_context(), transaction() as work:
        cycle, _ = make_vote(work, rules=RULES)
        codes = make_codes(work, cycle, 5)
        people = [make_voter(work, cycle) for _ in range(12)]
        work.flush()
        cycle_id = cycle.id
        poll = voting.poll_of(cycle_id, rules_of(cycle), "test-ballot", "test-register")
    opened: list[str] = []
    refused: list[str] = []
    broken: list[BaseException] = []

    def attempt(person: Any, code: str) -> None:
        with own_app.app_context():
            try:
                with transaction() as work:
                    by = Signature(ANYONE, datetime.now(UTC))
                    held = Held(person.iin, person.born, read_code(code) or "")
                    try:
                        proved = PROVIDERS["paper_code"].prove(
                            work, by, Desk(cycle_id, KEY, "10.0.0.1", "kk"), held, poll.rules
                        )
                        voting.open_voter(work, poll, proved, by.at)
                        opened.append(person.key)
                    except Refusal as refusal:
                        refused.append(refusal.code)
            except BaseException as error:
                broken.append(error)
            finally:
                db.session.remove()

    for code in codes:
        race([lambda p=p, c=code: attempt(p, c) for p in people])
    assert not broken, broken[:1]
    assert len(opened) == 5, "five codes opened other than five ballots"
    assert refused == ["identity.not_matched"] * 55
    with own_app.app_context(), transaction() as work:
        bound = work.scalars(select(PaperCode.voter_key)).all()
        assert sorted(bound) == sorted(opened)


def test_one_person_orders_and_another_prints_once(client, session):
    cycle, _ = make_vote(session, rules=RULES)
    first, second = make_person(session, "registrar"), make_person(session, "commissioner")
    where = f"/desk/cycles/{cycle.slug}/codes"
    sign_in(client, first)
    for locale in ("kk", "ru", "en"):
        client.page(where, locale=locale)
    data = {"size": "12", "area": "", "place": "Window 4", "form": "sheet"}
    assert post(client, where, data).status_code == 302
    package = session.scalars(select(CodePackage)).one()
    print_at = f"/desk/code-packages/{package.id}/print"
    assert "Another person must print it" in client.page(where)
    answer = post(client, print_at, {}, at=where)
    assert answer.status_code == 302, "the person who ordered prints nothing"
    assert session.scalar(select(func.count()).select_from(PaperCode)) == 0
    sign_in(client, second)
    made = post(client, print_at, {}, at=where)
    assert made.mimetype == "application/pdf" and made.data.startswith(b"%PDF-")
    assert made.headers["Cache-Control"] == "no-store"
    assert session.scalar(select(func.count()).select_from(PaperCode)) == 12
    again = post(client, print_at, {}, at=where)
    assert again.status_code == 302
    assert session.scalar(select(func.count()).select_from(PaperCode)) == 12
    assert "cannot be repeated" in client.page(where)
    acts = session.scalars(
        select(AuditEntry.action).where(AuditEntry.action.like("codes.%")).order_by(AuditEntry.id)
    ).all()
    assert acts == ["codes.ordered", "codes.refused", "codes.printed", "codes.refused"]


def test_a_revoked_package_prints_nothing_and_opens_nothing(client, session):
    cycle, _ = make_vote(session, rules=RULES)
    sign_in(client, make_person(session, "commissioner"))
    make_codes(session, cycle)
    package = session.scalars(select(CodePackage)).one()
    where = f"/desk/cycles/{cycle.slug}/codes"
    assert post(client, f"/desk/code-packages/{package.id}/revoke", {}, at=where).status_code == 302
    assert "Revoked on" in client.page(where)
    assert post(client, f"/desk/code-packages/{package.id}/revoke", {}, at=where).status_code == 422


def test_the_database_refuses_one_person_as_both(session):
    cycle, _ = make_vote(session, rules=RULES)
    person = make_person(session, "registrar")
    order = packages.Order(1, "letters", "here")
    package = packages.order_package(session, signed(person), cycle, order)
    package.downloaded_by = person.id
    with pytest.raises(IntegrityError, match="four_eyes"):
        session.flush()
    session.rollback()


def test_packages_are_for_staff_who_may_and_votes_that_offer_codes(session):
    cycle, _ = make_vote(session, rules=RULES)
    plain, _ = make_vote(session)
    over = make_cycle(session, PhaseKind.RESULTS, rules=RULES)
    registrar = signed(make_person(session, "registrar"))
    order = packages.Order(1, "letters", "here")
    with pytest.raises(Forbidden):
        packages.order_package(session, signed(make_person(session, "reviewer")), cycle, order)
    for target, wanted, code in (
        (plain, order, "codes.not_offered"),
        (over, order, "codes.over"),
        (cycle, packages.Order(0, "letters", "here"), "codes.size"),
        (cycle, packages.Order(1001, "letters", "here"), "codes.size"),
        (cycle, packages.Order(1, "letters", "here", 10**6), "codes.area"),
    ):
        with pytest.raises(Refusal) as refused:
            packages.order_package(session, registrar, target, wanted)
        assert refused.value.code == code


def test_two_who_print_at_once_get_one_file(app, own_app):
    with own_app.app_context(), transaction() as work:
        cycle, _ = make_vote(work, rules=RULES)
        order = packages.Order(3, "letters", "here")
        first = make_person(work, "registrar")
        package_id = packages.order_package(work, signed(first), cycle, order).id
        second = signed(make_person(work, "commissioner"))
    done: list[str] = []

    def attempt() -> None:
        with own_app.app_context():
            try:
                with transaction() as work:
                    package = packages.get_package(work, package_id)
                    codes = packages.fresh_codes(3)
                    packages.keep_printed(work, second, package, codes, KEY)
                done.append("printed")
            except Refusal as refusal:
                done.append(refusal.code)
            finally:
                db.session.remove()

    race([attempt] * 6)
    assert sorted(done) == ["codes.printed"] * 5 + ["printed"]
    with own_app.app_context(), transaction() as work:
        assert work.scalar(select(func.count()).select_from(PaperCode)) == 3


@pytest.mark.parametrize("form", ["letters", "sheet"])
def test_the_file_holds_every_code_and_no_address_holds_one(app, session, form):
    from pb_portal.register.identity import printing

    cycle, _ = make_vote(session, rules=RULES)
    codes = packages.fresh_codes(11)
    with app.test_request_context():
        made = printing.printed(
            form, cycle, codes, f"https://pb.example/c/{cycle.slug}/vote/paper-code", area=""
        )
    assert made.startswith(b"%PDF-")
    pages = made.count(b"/Type /Page\n") + made.count(b"/Type /Page/")
    assert pages in (0, 11, 2), pages
    sign = printing._sign("https://pb.example/vote")
    assert b"<svg" in sign and not any(code.encode() in sign for code in codes)


def test_phone_and_paper_of_one_person_are_one_voter(client, session):
    cycle, papers = make_vote(session, rules=RULES)
    voter = make_voter(session, cycle)
    (code,) = make_codes(session, cycle)
    assert prove_by_paper(client, cycle.slug, voter, code).status_code == 302
    vote(client, cycle.slug, [papers[0].id])
    post(client, f"/c/{cycle.slug}/vote/phone", voter.form)
    typed = {"code": last_code(session, voter.phone)}
    assert post(client, f"/c/{cycle.slug}/vote/code", typed).status_code == 302
    vote(client, cycle.slug, [papers[1].id])
    rows = session.execute(text("SELECT count(*) FROM voting_participation")).scalar_one()
    assert rows == 1
