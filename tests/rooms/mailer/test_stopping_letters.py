"""Every letter that answers no act of its reader can be stopped in one press (RFC 8058)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from pb_portal.domain.letter_kinds import ANSWERS, CHOSEN, KIND_OF, Rhythm, kind_of
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.mailer.delivery import message_of, stop_path
from pb_portal.mailer.render import write
from pb_portal.mailer.service import Claim
from pb_portal.outbox import choices
from pb_portal.outbox import service as outbox
from pb_portal.outbox.models import KeptLetter, Letter, LetterChoice
from pb_portal.outbox.stop_links import read_stop_token, seal_stop_token
from tests.conftest import sign_in
from tests.factories import make_person

TEMPLATES = sorted(
    path.stem
    for path in (Path(__file__).resolve().parents[3] / "templates/emails").glob("*.txt")
    if not path.stem.startswith("_")
)
ADDRESS = "reader@example.kz"


def claim_of(template: str, address: str = ADDRESS, **data: object) -> Claim:
    return Claim(1, "email", address, "en", template, data, datetime.now(UTC))


def by_system() -> Signature:
    return Signature(SYSTEM, datetime.now(UTC))


def post(session, template: str = "comment_new", address: str = ADDRESS, **data: object):
    values = {"name": "A", "title": "T", "number": 5, "path": "/c/x/proposals/5#comment-1", **data}
    return outbox.post(session, by_system(), template, recipient=address, locale="en", **values)


def test_every_template_is_either_stoppable_or_the_answer_to_an_act() -> None:
    assert set(TEMPLATES) == set(KIND_OF) | ANSWERS
    assert not set(KIND_OF) & ANSWERS


@pytest.mark.parametrize("template", TEMPLATES)
def test_letters_carry_the_header_by_their_kind(app, template) -> None:
    settings = app.config["SETTINGS"]
    message = message_of(claim_of(template), "Subject", "Body", settings)
    raw = message.as_bytes().decode()
    if template in ANSWERS:
        assert "List-Unsubscribe" not in raw
        return
    (address,) = re.findall(r"^List-Unsubscribe: <(\S+)>\r?$", raw, re.M)
    assert "\nList-Unsubscribe-Post: List-Unsubscribe=One-Click" in raw.replace("\r", "")
    assert ADDRESS not in address and "reader" not in address
    token = address.rpartition("/")[2]
    assert read_stop_token(settings.secret_key, token) == (ADDRESS, kind_of(template))


def test_a_long_address_is_never_folded(app) -> None:
    long = f"{'a' * 60}@{'b' * 120}.example.kz"
    raw = message_of(claim_of("comment_new", long), "S", "B", app.config["SETTINGS"]).as_bytes()
    assert re.search(rb"^List-Unsubscribe: <http\S+>\r?$", raw, re.M)


def test_one_press_without_login_or_token_of_a_form_stops_that_kind_alone(
    app, client, session
) -> None:
    path = stop_path(claim_of("comment_new"), app.config["SETTINGS"])
    assert client.page(path)
    assert session.scalars(select(LetterChoice)).all() == [], "opening it changes nothing"
    answer = client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200 and "Set-Cookie" not in answer.headers
    assert choices.choices_of(session, ADDRESS) == {"comments": Rhythm.NEVER}
    assert post(session) is None
    assert post(session, "comment_reply") is not None
    assert post(session, "new_password", path="/x") is not None
    assert client.post(path).status_code == 200, "again changes nothing"


@pytest.mark.parametrize("wrong", ["x", "", "a" * 700, "é", "AAAA"])
def test_a_token_that_is_not_ours_does_nothing(client, session, wrong) -> None:
    if wrong:
        assert client.get(f"/letters/stop/{wrong}").status_code == 404
        assert client.post(f"/letters/stop/{wrong}").status_code == 400
    token = seal_stop_token("another secret", ADDRESS, "comments")
    assert client.post(f"/letters/stop/{token}").status_code == 400
    mine = seal_stop_token("test-secret", ADDRESS, "comments")
    bent = mine[:-6] + ("A" if mine[-6] != "A" else "B") + mine[-5:]
    assert client.post(f"/letters/stop/{bent}").status_code == 400
    assert session.scalars(select(LetterChoice)).all() == []


def test_a_letter_a_day_gathers_what_happened_and_goes_once(app, session) -> None:
    at = datetime.now(UTC)
    choices.choose_rhythm(session, ADDRESS, "comments", Rhythm.DAILY, at)
    for number in (5, 6):
        assert post(session, number=number, path=f"/c/x/proposals/{number}#comment-1") is None
    assert choices.send_daily_letters(session, at + timedelta(hours=23)) == 0
    assert choices.send_daily_letters(session, at + timedelta(hours=25)) == 1
    assert choices.send_daily_letters(session, at + timedelta(hours=26)) == 0
    letter = session.scalars(select(Letter).where(Letter.template == "letters_daily")).one()
    text = write(app.jinja_env, letter, "https://p.example.kz", "/letters/stop/t")
    assert "No. 5" in text.body and "No. 6" in text.body
    assert "https://p.example.kz/c/x/proposals/6#comment-1" in text.body
    assert "https://p.example.kz/letters/stop/t" in text.body


def test_what_is_hidden_before_the_letter_of_the_day_is_not_in_it(session) -> None:
    choices.choose_rhythm(session, ADDRESS, "comments", Rhythm.DAILY, datetime.now(UTC))
    post(session)
    outbox.forget_about(session, ["/c/x/proposals/5#comment-1"])
    assert session.scalars(select(KeptLetter)).all() == []


def test_stopping_the_letter_of_the_day_stops_its_kinds(session) -> None:
    at = datetime.now(UTC)
    for kind, rhythm in (("comments", Rhythm.DAILY), ("replies", Rhythm.EACH)):
        choices.choose_rhythm(session, ADDRESS, kind, rhythm, at)
    choices.stop_kind(session, ADDRESS, "daily", at)
    known = choices.choices_of(session, ADDRESS)
    assert known == {"comments": Rhythm.NEVER, "replies": Rhythm.EACH}


def test_the_settings_page_keeps_a_choice_for_each_kind(client, session) -> None:
    person = make_person(session, email=ADDRESS)
    session.commit()
    sign_in(client, person)
    chosen = {kind: "each" for kind in CHOSEN} | {"comments": "daily", "projects": "never"}
    assert client.fill("/me/letters", chosen).status_code == 302
    known = choices.choices_of(session, ADDRESS)
    assert (known["comments"], known["projects"]) == (Rhythm.DAILY, Rhythm.NEVER)
    assert client.fill("/me/letters", chosen | {"comments": "hourly"}).status_code == 422
    assert "letter_choices" in client.get("/me/data.json").get_data(as_text=True)
    assert "My work as staff" not in client.page("/me/letters")


def test_choices_follow_a_new_address_and_go_with_the_account(session) -> None:
    at = datetime.now(UTC)
    choices.choose_rhythm(session, ADDRESS, "comments", Rhythm.NEVER, at)
    choices.move_choices(session, ADDRESS, "new@example.kz")
    assert choices.rhythm_of(session, "new@example.kz", "comments") is Rhythm.NEVER
    outbox.forget_recipient(session, "new@example.kz")
    assert session.scalars(select(LetterChoice)).all() == []
