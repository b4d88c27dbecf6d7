"""Attack: whoever gets two things from the portal counts what happened between them."""

from __future__ import annotations

import ast
import re
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.db import database_now, db
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.mailer import service as mailer
from pb_portal.mailer.delivery import message_of
from pb_portal.mailer.render import write
from pb_portal.outbox import service as outbox
from pb_portal.outbox.models import Letter
from tests.conftest import make_settings
from tests.factories.voting import make_vote, make_voter, prove, vote
from tests.strict import StrictClient

ROOT = Path(__file__).resolve().parents[2]
PUBLIC_NUMBERS = {
    "pb_portal/reports/views/public.py": "the number of a published report is its name",
}
"""Files whose names of downloads hold a number, and why it counts nothing hidden."""
CHANGING = {"Content-Length", "Set-Cookie", "Date"}


def letters_with_codes_between(app: Flask, session: Session, codes: int) -> list[EmailMessage]:
    """Two letters to oneself, and so many text messages to others between them."""
    at = database_now(session)
    by = Signature(SYSTEM, at)

    def to_oneself() -> None:
        data = {"name": "Aigul", "path": "/confirm/abc"}
        recipient = "me@example.kz"
        outbox.post(session, by, "confirm_address", recipient=recipient, locale="en", **data)
        session.flush()

    to_oneself()
    for number in range(codes):
        phone, data = f"+77015550{number:03d}", {"code": "123456", "minutes": 10}
        outbox.post(
            session, by, "identity_code", recipient=phone, locale="kk", channel="sms", **data
        )
    session.flush()
    to_oneself()
    settings = app.config["SETTINGS"]
    made = []
    for claim in mailer.claim(session, at + timedelta(seconds=1), limit=codes + 2):
        if claim.channel == "email":
            text = write(app.jinja_env, claim, settings.base_url)
            made.append(message_of(claim, text.subject, text.body, settings))
    return made


def test_attack_two_letters_to_oneself_count_no_text_messages(app: Flask, session: Session) -> None:
    first, second = letters_with_codes_between(app, session, 10)
    ids = {str(row) for row in session.scalars(select(Letter.id))}
    for message in (first, second):
        name = str(message["Message-ID"]).strip("<>").split("@")[0]
        assert not set(re.split(r"\W", name)) & ids and len(name) >= 24
    differing = {name for name in first if first[name] != second[name]}
    assert differing == {"Message-ID"}, "and nothing else of the head tells them apart"
    assert first.get_content() == second.get_content()


def test_attack_message_ids_cannot_be_made_again_without_the_secret_key(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    claim = mailer.Claim(1, "email", "a@b.kz", "en", "x", {}, database_now(session))
    elsewhere = make_settings(tmp_path, secret_key="another")
    here = app.config["SETTINGS"]
    ids = {message_of(claim, "", "", one)["Message-ID"] for one in (here, here, elsewhere)}
    assert len(ids) == 2, "sent again it is the same letter, and elsewhere another one"


def test_attack_names_of_files_hold_no_row_number() -> None:
    wrong = []
    for path in sorted((ROOT / "pb_portal").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if name in PUBLIC_NUMBERS or name.startswith(("pb_portal/demo/", "pb_portal/tally/")):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr) and _names_a_file(node) and _numbered(node):
                wrong.append(f"{name}:{node.lineno}")
    assert not wrong


def _names_a_file(node: ast.JoinedStr) -> bool:
    text = "".join(part.value for part in node.values if isinstance(part, ast.Constant))
    return bool(re.search(r"(filename=|\.(pdf|csv|xlsx|zip|txt|ics|pb|png|json|geojson)\b)", text))


def _numbered(node: ast.JoinedStr) -> bool:
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            last = ast.unparse(part.value).rsplit(".", 1)[-1]
            if re.fullmatch(r"(\w+_)?(id|number|serial)", last):
                return True
    return False


def seen(client: StrictClient, path: str) -> tuple[dict[str, str], Any]:
    answer = client.get(path)
    assert answer.status_code == 200, path
    heads = {name: value for name, value in answer.headers.items() if name not in CHANGING}
    return heads, answer


def test_attack_heads_and_files_of_a_vote_are_the_same_after_ten_more(
    app: Flask, client: StrictClient, session: Session
) -> None:
    cycle, papers = make_vote(session)
    app.config["IDENTITY_PACE"] = 0.0

    def visit() -> dict[str, dict[str, str]]:
        prove(client, session, cycle.slug, make_voter(session, cycle))
        vote(client, cycle.slug, [papers[0].id])
        here = f"/c/{cycle.slug}"
        pages = ("vote/done", "vote/done/receipt.txt", "receipt", "areas.json", "rules.json")
        heads = {page: seen(client, f"{here}/{page}")[0] for page in pages}
        with client.session_transaction() as cookie:
            cookie.clear()
        return heads

    first = visit()
    for _ in range(10):
        visit()
    assert visit() == first
    assert not any(name.startswith("X-RateLimit") for heads in first.values() for name in heads)
    app.config.pop("IDENTITY_PACE")


def test_attack_what_is_left_of_a_limit_is_told_to_nobody(tmp_path: Path) -> None:
    from pb_portal import create_app

    limited = create_app(make_settings(tmp_path, "limited", rate_limits=True))
    answer = limited.test_client().get("/healthz")
    assert not [name for name in answer.headers.keys() if "RateLimit" in name]  # noqa: SIM118
    with limited.app_context():
        db.engine.dispose()
