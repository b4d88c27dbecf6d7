"""Personal data: consents, who opened them, everything on one page, a new address, deletion."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DatabaseError

from pb_portal.accounts import service
from pb_portal.accounts.models import Person
from pb_portal.accounts.privacy import consents, holdings, queries
from pb_portal.accounts.privacy import service as privacy
from pb_portal.accounts.privacy.models import Consent, DataAccess, DataRequest
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.placeholders import DELETED_MARK
from pb_portal.domain.privacy import CONSENTS, DELETED
from pb_portal.domain.refusal import Forbidden, Refusal
from pb_portal.outbox.models import Letter
from pb_portal.proposals.models import BlockedWord, Comment, Proposal, Support
from tests.conftest import sign_in
from tests.factories import make_cycle, make_person, make_proposal, signed
from tests.factories.voting import make_vote, make_voter, prove, vote

PASSWORD = "three plain words"


@pytest.fixture
def person(session):
    made = make_person(session, email="me@example.kz", name="Айгерім Сериккызы")
    made.password_hash = service.hash_password(PASSWORD)
    session.flush()
    return made


@pytest.fixture
def proposal(session, person, at):
    cycle = make_cycle(session, PhaseKind.REVIEW)
    made = make_proposal(session, cycle, author=person, status="admitted")
    session.add(Comment(proposal_id=made.id, author_id=person.id, body="My words", created_at=at))
    session.add(Support(proposal_id=made.id, person_id=person.id, at=at))
    made.supports_count = 1
    session.flush()
    return made


def kinds(session, person):
    return {section.code: section for section in holdings.about_person(session, person)}


def test_registering_records_consent_with_version_language_and_time(session, at):
    made = service.register(session, email="new@example.kz", name="A", locale="kk", at=at)
    (kept,) = queries.consents(session, made.id)
    assert (kept.purpose, kept.text_version, kept.locale) == ("account", CONSENTS["account"], "kk")
    assert kept.given_at == at and kept.withdrawn_at is None


def test_choosing_a_district_is_a_consent_that_can_be_withdrawn(session, person):
    area = make_cycle(session).areas[0].area_id
    by = signed(person)
    service.change_profile(session, by, person, name="A", locale="ru", area_id=area)
    held = queries.find_consent(session, person.id, "district")
    assert held is not None
    consents.withdraw_consent(session, by, person, "district")
    assert person.area_id is None and held.withdrawn_at == by.at
    with pytest.raises(Refusal) as refused:
        consents.withdraw_consent(session, by, person, "account")
    assert refused.value.code == "privacy.consent_is_account"


def test_the_auditor_reads_consents_without_names(client, session, person, at):
    consents.give_consent(session, person, "account", "ru", at)
    sign_in(client, make_person(session, "auditor"))
    for locale in ("kk", "ru", "en"):
        page = client.page("/desk/consents", locale=locale)
        assert f"№ {person.id}" in page
        assert person.name not in page and person.email not in page


def test_the_register_of_processing_is_public_in_three_languages(client):
    for locale in ("kk", "ru", "en"):
        client.page("/privacy", locale=locale)
        for purpose in CONSENTS:
            client.page(f"/privacy/consent/{purpose}/1", locale=locale)
    assert client.get("/privacy/consent/account/9").status_code == 404


def test_a_resident_sees_everything_and_takes_it_away(client, session, person, proposal, at):
    privacy.record_access(
        session, signed(make_person(session, "administrator", name="Staff One")), "account",
        person.id,
    )  # fmt: skip
    session.add(
        Letter(channel="email", recipient=person.email, locale="ru", template="x", data={},
               created_at=at, due_at=at)
    )  # fmt: skip
    session.flush()
    sign_in(client, person)
    for locale in ("kk", "ru", "en"):
        page = client.page("/me/data", locale=locale)
        for words in (proposal.title, "My words", "Staff One", person.email):
            assert words in page, (locale, words)
    answer = client.get("/me/data.json")
    assert "attachment" in answer.headers["Content-Disposition"]
    told = {one["kind"]: one["rows"] for one in json.loads(answer.text)["sections"]}
    assert told["proposals"][0]["title"] == proposal.title
    assert {"account", "comments", "supports", "letters", "opened_by_staff"} <= set(told)
    assert "password" not in answer.text and person.password_hash not in answer.text
    other = make_person(session)
    sign_in(client, other)
    assert "My words" not in client.page("/me/data")


def test_staff_open_an_address_by_a_button_and_the_resident_sees_it(client, session, person):
    staff = make_person(session, "administrator", name="Curious Staff")
    sign_in(client, staff)
    path = f"/desk/people/{person.id}"
    assert person.email not in client.page(path)
    assert session.scalars(select(DataAccess)).all() == []
    assert client.fill(path + "/open", at=path).status_code == 302
    assert person.email in client.page(path)
    (seen,) = session.scalars(select(DataAccess)).all()
    assert (seen.person_id, seen.staff_id, seen.what) == (person.id, staff.id, "account")
    assert seen.roles == ["administrator"]
    sign_in(client, person)
    assert "Curious Staff" in client.page("/me/data")


def test_nobody_rewrites_who_opened_data(session, person):
    privacy.record_access(session, signed(make_person(session, "registrar")), "x", person.id)
    session.flush()
    for statement in (
        update(DataAccess).values(what="y"),
        text("DELETE FROM accounts_data_access"),
    ):
        with pytest.raises(DatabaseError, match="not rewritten"), session.begin_nested():
            session.execute(statement)


def link_of(session, template):
    letter = session.scalars(
        select(Letter).where(Letter.template == template).order_by(Letter.id.desc())
    ).first()
    return letter.data["path"]


def test_an_address_changes_by_the_link_that_goes_to_the_new_one(client, session, person):
    sign_in(client, person)
    typed = {"email": "NEW@example.kz", "password": "wrong password"}
    assert client.fill("/me/email", typed).status_code == 422
    assert client.fill("/me/email", {**typed, "password": PASSWORD}).status_code == 302
    path = link_of(session, "new_email")
    other = make_person(session)
    sign_in(client, other)
    assert "another account" in client.page(path)
    sign_in(client, person)
    assert person.email == "me@example.kz"
    assert client.fill(path).status_code == 302
    session.expire_all()
    assert session.get(Person, person.id).email == "new@example.kz"
    assert client.get("/me/data").status_code == 302
    told = session.scalars(select(Letter.recipient).where(Letter.template == "email_changed"))
    assert told.one() == "me@example.kz"


def test_a_taken_address_is_answered_the_same_and_its_owner_is_told(client, session, person):
    other = make_person(session, email="taken@example.kz")
    sign_in(client, person)
    answer = client.fill("/me/email", {"email": other.email, "password": PASSWORD})
    assert answer.status_code == 302 and answer.location.endswith("/register/check")
    told = select(Letter.recipient).where(Letter.template == "account_exists")
    assert session.scalars(told).one() == other.email


def test_a_request_is_due_in_fifteen_days_and_answered_by_letter(client, session, person):
    sign_in(client, person)
    typed = {"kind": "correct", "words": "The name on a protocol is wrong"}
    assert client.fill("/me/request", typed).status_code == 302
    assert client.fill("/me/request", typed).status_code == 422
    (asked,) = session.scalars(select(DataRequest)).all()
    assert asked.due_on - asked.asked_at.date() in (timedelta(days=15), timedelta(days=16))
    sign_in(client, make_person(session, "administrator"))
    path = f"/desk/data-requests/{asked.id}"
    assert path in client.page("/desk/data-requests")
    assert "protocol is wrong" in client.page(path)
    assert client.fill(path, {"do": "done", "answer": ""}).status_code == 422
    assert client.fill(path, {"do": "done", "answer": "Mended"}).status_code == 302
    letter = session.scalars(select(Letter).where(Letter.template == "data_answer")).one()
    assert letter.recipient == person.email and letter.data["answer"] == "Mended"
    assert client.fill(path, {"do": "done", "answer": "Again"}, at="/me").status_code == 422


def test_only_an_administrator_answers_and_not_about_themselves(session, person):
    by = signed(person)
    asked = privacy.ask_about_data(session, by, person, "block", "", by.at.date())
    with pytest.raises(Forbidden):
        privacy.answer_request(
            session, signed(make_person(session, "registrar")), asked, done=True, answer="x"
        )
    administrator = signed(make_person(session, "administrator"))
    privacy.answer_request(session, administrator, asked, done=True, answer="x")
    assert person.blocked_at is not None


def test_a_deleted_account_leaves_published_words_without_a_name(
    client, session, person, proposal, at
):
    cycle = proposal.cycle
    draft = make_proposal(session, cycle, author=person, status="draft", number=None)
    draft_id, person_id, email = draft.id, person.id, person.email
    consents.give_consent(session, person, "account", "ru", at)
    session.flush()
    sign_in(client, person)
    assert client.fill("/me/delete", {"password": "not it at all"}).status_code == 422
    assert client.fill("/me/delete", {"password": PASSWORD}).status_code == 302
    session.expire_all()
    gone = session.get(Person, person_id)
    assert gone.deleted_at and gone.blocked_at and gone.name in DELETED.values()
    assert session.get(Proposal, draft_id) is None
    assert session.get(Proposal, proposal.id).supports_count == 0
    assert queries.find_consent(session, person_id, "account") is None
    for locale, name in DELETED.items():
        page = client.page(f"/c/{cycle.slug}/proposals/{proposal.number}", locale=locale)
        assert "My words" in page and name in page and "Айгерім" not in page
    dump = []
    for table in ("accounts_person", "outbox_letter", "proposals_coauthor", "proposals_support"):
        dump += [repr(tuple(row)) for row in session.execute(text(f"SELECT * FROM {table}"))]
    assert email not in "\n".join(dump) and "Айгерім" not in "\n".join(dump)
    assert service.sign_in is not None and not service.password_fits(gone, PASSWORD)


def test_staff_are_not_deleted_while_they_hold_a_role(session):
    staff = make_person(session, "registrar")
    with pytest.raises(Refusal) as refused:
        privacy.delete_own(session, signed(staff), staff)
    assert refused.value.code == "privacy.staff_first"


def test_a_deletion_carried_out_by_staff_still_sends_its_last_letter(session, person):
    by = signed(person)
    asked = privacy.ask_about_data(session, by, person, "delete", "", by.at.date())
    email = person.email
    privacy.answer_request(
        session, signed(make_person(session, "administrator")), asked, done=True, answer="Gone"
    )
    letter = session.scalars(select(Letter).where(Letter.template == "data_answer")).one()
    assert letter.recipient == email and letter.state == "waiting"
    assert person.deleted_at is not None


def test_a_voter_alone_sees_whether_they_took_part(client, session):
    cycle, papers = make_vote(session)
    path = f"/c/{cycle.slug}/vote/about-me"
    assert "First prove who you are" in client.page(path)
    voter = make_voter(session, cycle)
    prove(client, session, cycle.slug, voter)
    for locale in ("kk", "ru", "en"):
        page = client.page(path, locale=locale)
    assert "Not yet" in page and voter.iin not in page and voter.key not in page
    vote(client, cycle.slug, [papers[0].id])
    prove(client, session, cycle.slug, voter)
    page = client.page(path)
    assert "Yes, in the portal" in page and papers[0].title not in page


def test_consents_are_kept_once_for_a_text(session, person, at):
    for _ in range(2):
        consents.give_consent(session, person, "account", "ru", at)
        session.flush()
    assert len(session.scalars(select(Consent)).all()) == 1


@pytest.mark.parametrize("locale", list(DELETED))
def test_a_deleted_author_is_named_in_the_readers_language_wherever_a_name_stands(
    session, client, locale
):
    """Inside a sentence, in a list of names and in a letter, not only where a name stands alone."""
    cycle = make_cycle(session)
    author = make_person(session, locale=next(one for one in DELETED if one != locale))
    proposal = make_proposal(session, cycle, author_id=author.id)
    privacy.delete_own(session, signed(author), author)
    session.commit()
    stored = session.connection().exec_driver_sql(
        f"SELECT name FROM accounts_person WHERE id = {author.id}"
    )
    assert stored.scalar_one() == DELETED_MARK
    page = client.page(f"/c/{cycle.slug}/proposals/{proposal.number}", locale=locale)
    others = [name for code, name in DELETED.items() if code != locale]
    assert DELETED[locale] in page
    assert not any(name in page for name in [*others, DELETED_MARK])


@pytest.mark.parametrize("name", [*DELETED.values(), DELETED_MARK])
def test_nobody_is_called_as_a_deleted_resident_is(client, session, at, name):
    typed = {"name": name, "email": "twin@example.kz"}
    assert client.fill("/register", typed).status_code == 422
    assert session.scalar(select(Person).where(Person.email == "twin@example.kz")) is None


def test_a_name_with_a_word_of_the_list_is_not_taken(client, session, person, at):
    session.add(BlockedWord(language="en", word="jerk", effect="hold", added_at=at))
    session.flush()
    assert client.fill("/register", {"name": "J e r k", "email": "j@x.kz"}).status_code == 422
    with pytest.raises(Refusal) as refused:
        service.change_profile(session, signed(person), person, name="Jerky", locale="en")
    assert refused.value.field == "name"
