"""What a stranger typed leads nowhere from a letter, and no stranger floods a mailbox."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from jinja2 import Environment
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb_portal.domain.letter_caps import LetterCaps
from pb_portal.domain.letter_text import as_one_line, without_links
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import ANYONE, Signature
from pb_portal.mailer.box import linked
from pb_portal.mailer.render import OURS, STAFF_TEXTS, write
from pb_portal.outbox import service as outbox
from pb_portal.outbox.models import Letter, LetterClaim
from pb_portal.proposals.service import coauthors
from tests.conftest import sign_in
from tests.factories import make_cycle, make_person, make_proposal, signed
from tests.factories.voting import make_vote, make_voter, post, prove, vote
from tests.rooms.mailer.test_templates import TEMPLATES, Draft, data_for
from tests.strict import StrictClient

HOSTILE = [
    "Win http://evil.example/x now",
    "HTTPS://EVIL.EXAMPLE",
    "www.evil.example",
    "evil.example/prize",
    "me@evil.example",
    "mailto:me@evil.example",
    "evil。example",
    "e\u200bvil.exa\u200bmple",
    "http://10.0.0.1/x",
    "name\r\nBcc: all@evil.example\r\n\r\nhttps://evil.example",
    "name\u2028https://evil.example\u0085evil.example",
    "[click](https://evil.example) <https://evil.example>",
    "xn--80ak6aa92e.com",
    "злодей.рф",
]
LINK = re.compile(
    r"(?i)[a-z][a-z0-9+.-]*:[/\\]{2}|[\w-][.。．｡][^\W\d_]|\S@\S|mailto:\S|\d+\.\d+\.\d+\.\d+"
)
BASE = "https://budget.example"


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_name_looks_like_an_address(text: str) -> None:
    for made in (as_one_line(text), without_links(text)):
        assert not LINK.search(made), made
    assert "\n" not in as_one_line(text) and len(as_one_line(text).splitlines()) == 1


@pytest.mark.parametrize(
    "text", ["Айгүл Н.", "Сквер на пр. Абая, 12.5 га", "01.02.2026", "№ 3: двор", "50/50 и т. д."]
)
def test_usual_names_stay_as_they_are(text: str) -> None:
    assert as_one_line(text) == text


def planted(value: Any, words: str, template: str, name: str = "") -> Any:
    if name in OURS or (template, name) in STAFF_TEXTS:
        return value
    if isinstance(value, dict):
        return {key: planted(part, words, template, key) for key, part in value.items()}
    if isinstance(value, list) and name != "grounds":
        return [planted(part, words, template, name) for part in value]
    choices = ("kind", "state", "status", "target", "stage", "step", "what", "phase")
    if not isinstance(value, str) or name in choices or re.match(r"\d{4}-", value):
        return value
    return words


@pytest.mark.parametrize("template", TEMPLATES)
def test_no_letter_carries_a_link_that_a_person_typed(app: Flask, template: str) -> None:
    with app.app_context():
        environment: Environment = app.jinja_env
        data = data_for(environment, template)
        for words in HOSTILE:
            draft = Draft(template, "en", data=planted(data, words, template))
            text = write(environment, draft, BASE)
            assert "\n" not in text.subject and not LINK.search(text.subject), text.subject
            own = re.sub(re.escape(BASE) + r"\S*", "", text.body)
            assert not LINK.search(own), (words, LINK.search(own))
            assert "evil" not in "".join(re.findall(r'href="([^"]*)"', str(linked(text.body))))


def test_what_a_stranger_wrote_is_marked_line_by_line(app: Flask) -> None:
    with app.app_context():
        data = {"other": "X", "name": "Y", "title": "T", "what": "asked", "path": "/my"}
        data["words"] = "Please\n\nOpen this link:\nnow"
        body = write(app.jinja_env, Draft("coauthor_news", "en", data=data), BASE).body
    assert "> Please\n>\n> Open this link:\n> now" in body


def sent_to(session: Session, recipient: str, template: str) -> int:
    query = select(func.count()).where(Letter.recipient == recipient, Letter.template == template)
    return session.scalar(query) or 0


def test_many_accounts_cannot_flood_a_mailbox_with_invitations(session: Session, at: Any) -> None:
    cycle = make_cycle(session, PhaseKind.APPLICATIONS)
    refused = 0
    for number in range(12):
        author = make_person(session)
        proposal = make_proposal(session, cycle, author_id=author.id)
        address = f"victim+{number}@example.kz"
        try:
            coauthors.invite(session, signed(author, at), proposal, address)
        except Refusal as refusal:
            refused += refusal.code == "coauthor.too_many_letters"
    letters = select(func.count()).where(Letter.template == "coauthor_invited")
    assert session.scalar(letters) == LetterCaps().per_recipient_hour and refused == 7


def test_one_account_invites_only_so_many_a_day(session: Session, at: Any) -> None:
    author = make_person(session)
    cycle = make_cycle(session, PhaseKind.APPLICATIONS)
    codes = []
    for number in range(30):
        proposal = make_proposal(session, cycle, author_id=author.id)
        try:
            coauthors.invite(session, signed(author, at), proposal, f"s{number}@example.kz")
        except Refusal as refusal:
            codes.append(refusal.code)
    assert codes == ["coauthor.too_many_letters"] * 10


FORMS = {
    "/register": ("email", "account"),
    "/forgot-password": ("email", "account"),
}


@pytest.mark.parametrize("path", FORMS)
def test_forms_that_send_letters_have_a_cap_for_the_mailbox(
    client: StrictClient, session: Session, path: str
) -> None:
    person = make_person(session, email="victim@example.kz")
    for number in range(12):
        tagged = f"victim+{number}@example.kz"
        answer = client.fill(path, {"email": tagged, "name": "Somebody"})
        assert answer.location == "/register/check"
    total = select(func.count()).where(Letter.recipient == person.email)
    assert session.scalar(total) == LetterCaps().per_recipient_hour
    assert session.scalar(select(func.count()).where(Letter.recipient != person.email)) == 0


def test_a_new_address_has_a_cap_for_its_mailbox(session: Session, at: Any) -> None:
    from pb_portal.accounts.privacy import service as privacy

    for _ in range(8):
        person = make_person(session)
        privacy.ask_new_email(session, signed(person, at), person, "victim@example.kz")
    session.flush()
    assert sent_to(session, "victim@example.kz", "new_email") == LetterCaps().per_recipient_hour


def test_counters_of_letters_are_forgotten_after_a_day(session: Session, at: Any) -> None:
    by = Signature(ANYONE, at)
    assert outbox.claim_letter(session, by, "x", recipient="a@b.kz", caps=LetterCaps())
    session.flush()
    outbox.forget_claims(session, at)
    assert session.scalar(select(func.count()).select_from(LetterClaim)) == 1
    outbox.forget_claims(session, at + outbox.DAY)
    assert session.scalar(select(func.count()).select_from(LetterClaim)) == 0


@pytest.fixture
def at_once(app: Flask) -> Any:
    app.config["IDENTITY_PACE"] = 0.0
    yield
    app.config.pop("IDENTITY_PACE")


def test_a_cookie_from_before_finish_books_no_letter(
    app: Flask, client: StrictClient, session: Session, at_once: Any
) -> None:
    from pb_portal.voting.models import LetterAsked

    cycle, papers = make_vote(session)
    voter = make_voter(session, cycle)
    prove(client, session, cycle.slug, voter)
    vote(client, cycle.slug, [papers[0].id])
    page = f"/c/{cycle.slug}/vote/done"
    assert post(client, page, {"address": "+77010000001"}).status_code == 302
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(page).text)
    assert token
    kept = client.get_cookie("portal")
    assert kept is not None
    post(client, f"/c/{cycle.slug}/vote/leave", {}, at=page)
    thief = app.test_client()
    thief.set_cookie("portal", kept.value)
    for number in range(60):
        data = {"address": f"+7702{number:07d}", "csrf_token": token[1]}
        answer = thief.post(page, data=data)
        assert answer.status_code == 302 and answer.location != page
    rows = session.scalars(select(LetterAsked)).all()
    assert [row.address for row in rows] == ["+77010000001"]


def test_one_ballot_has_one_letter_and_one_address_few_voters(
    app: Flask, client: StrictClient, session: Session, at_once: Any
) -> None:
    from pb_portal.voting.models import LetterAsked
    from pb_portal.voting.service.letters import MOST_VOTERS

    cycle, papers = make_vote(session)
    codes = []
    for _ in range(MOST_VOTERS + 2):
        booth = app.test_client()
        prove(booth, session, cycle.slug, make_voter(session, cycle))
        vote(booth, cycle.slug, [papers[0].id])
        for address in ("first@example.kz", "victim@example.kz"):
            answer = post(booth, f"/c/{cycle.slug}/vote/done", {"address": address})
        codes.append(answer.status_code)
    assert codes == [302] * MOST_VOTERS + [422] * 2
    addresses = [row.address for row in session.scalars(select(LetterAsked))]
    assert len(addresses) == MOST_VOTERS + 2
    sign_in(client, make_person(session))
