"""What no browser sends but anybody can: it gets an answer, never a broken page."""

from __future__ import annotations

import io
import struct
from typing import Any

import pytest
from PIL import Image, ImageOps
from sqlalchemy.orm import Session

from pb_portal.accounts.factors import passkeys
from pb_portal.cycles.models import Cycle
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.text import clean
from pb_portal.files import decoding
from tests.conftest import sign_in
from tests.factories import make_cycle, make_person, make_proposal
from tests.strict import StrictClient

HUGE = "9" * 30
NUMBERS = [HUGE, f"-{HUGE}", "1" * 5000, "1_0", "٣", "", "x", str(2**63), str(-(2**63) - 1)]
STAFF = ("reviewer", "secretary", "auditor", "moderator", "manager", "commissioner")


@pytest.fixture
def cycle(session: Session) -> Cycle:
    made = make_cycle(session)
    make_proposal(session, made)
    return made


@pytest.mark.parametrize("number", NUMBERS)
def test_a_key_of_a_page_that_no_row_has_breaks_no_list(
    client: StrictClient, session: Session, cycle: Cycle, number: str
) -> None:
    sign_in(client, make_person(session, *STAFF))
    lists = [
        "/letters?before=",
        "/desk/audit?before=",
        "/desk/audit?cycle=",
        "/desk/review?after=",
        "/desk/review?area=",
        "/desk/council?after=",
        "/desk/comments?before=",
        "/desk/projects?view=all&after=2026-01-01_",
        f"/c/{cycle.slug}/decisions?before=",
        f"/c/{cycle.slug}/proposals?category=",
        f"/c/{cycle.slug}/proposals?sort=new&after=",
        "/projects?before=",
    ]
    for address in lists:
        assert client.get(address + number).status_code == 200, address


@pytest.mark.parametrize("number", [HUGE, "1" * 5000, "0", "2147483648"])
def test_a_number_in_an_address_that_no_row_has_is_404(
    client: StrictClient, cycle: Cycle, number: str
) -> None:
    for address in (f"/c/{cycle.slug}/proposals/{number}", f"/projects/{number}"):
        client.page(address, 404)


@pytest.mark.parametrize(
    "address",
    ["/c/%00", "/c/x%00y/proposals", "/files/%00", "/confirm/%00", "/language/%00", "/%00",
     "/static/%00", "/c/%ED%A0%80", "/c/%FF"],
)  # fmt: skip
def test_a_control_character_in_an_address_leads_nowhere(
    client: StrictClient, address: str
) -> None:
    assert client.get(address).status_code in (200, 404)


def test_a_control_character_in_a_query_filters_nothing(
    client: StrictClient, session: Session, cycle: Cycle
) -> None:
    sign_in(client, make_person(session, *STAFF))
    for address in (
        "/desk/audit?action=%00&subject=%00:%00",
        f"/c/{cycle.slug}/proposals?q=%00&area=%00&status=%00&sort=%00&after=%00",
        "/projects?q=%00&area=%00&cycle=%00&state=%00",
        "/desk/projects?state=%00&after=%00",
    ):
        assert client.get(address).status_code == 200, address


@pytest.mark.parametrize("typed", ["a\x00b", "a\ud800b", "a\u202eb", "a\u200bb", "a\U000e0041b"])
def test_cleaned_text_can_be_stored_and_hides_nothing(typed: str) -> None:
    kept = clean(typed)
    assert kept.encode("utf-8")
    assert kept in ("ab", "a\nb")


def test_a_line_stays_one_line(client: StrictClient, session: Session) -> None:
    person = make_person(session)
    sign_in(client, person)
    answer = client.fill("/me", {"name": "Anna\r\nBcc: all@example.kz\u2028x", "locale": "ru"})
    assert answer.status_code == 302
    session.refresh(person)
    assert person.name == "Anna Bcc: all@example.kz x"


def autosave(client: StrictClient, draft: Any, body: bytes) -> int:
    client.get(f"/drafts/{draft.id}/idea")
    page = client.page(f"/drafts/{draft.id}/idea")
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    answer = client.post(
        f"/drafts/{draft.id}/autosave",
        data=body,
        content_type="application/json",
        headers={"X-CSRFToken": token},
    )
    return answer.status_code


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"title": "\\ud800 shade"}', 200),
        (b'{"title": "\\u0000 shade"}', 200),
        (b'{"title": ' + b"9" * 6000 + b"}", 400),
        (b"[" * 60_000, 400),
        (b'{"title": {"a": [1]}, "lat": [1], "lon": {}, "category": [], "area": "1e9"}', 422),
        (b'{"lat": 1e999, "lon": "nan"}', 200),
        (b'{"category": 99999999999999999999}', 422),
        (b'{"title": "' + b"x" * 2_000_000 + b'"}', 413),
    ],
)
def test_saving_while_typing_answers_whatever_is_sent(
    client: StrictClient, session: Session, cycle: Cycle, body: bytes, status: int
) -> None:
    author = make_person(session)
    draft = make_proposal(session, cycle, status="draft", number=None, author_id=author.id)
    sign_in(client, author)
    assert autosave(client, draft, body) == status


@pytest.mark.parametrize("price", ["0" * 19 + "1" + "9" * 20, "0" * 19 + "1" + "9" * 5000, HUGE])
def test_a_price_with_many_zeros_before_it_is_refused(
    client: StrictClient, session: Session, cycle: Cycle, price: str
) -> None:
    author = make_person(session)
    draft = make_proposal(session, cycle, status="draft", number=None, author_id=author.id)
    sign_in(client, author)
    own = {"own_title": "Bench", "own_unit": "piece", "own_quantity": "1", "own_price": price}
    answer = client.fill(f"/drafts/{draft.id}/estimate", {**own, "do": "add_own"})
    assert answer.status_code == 422


def test_a_register_sent_as_text_is_no_file(
    client: StrictClient, session: Session, cycle: Cycle
) -> None:
    sign_in(client, make_person(session, "registrar"))
    answer = client.fill(f"/desk/cycles/{cycle.slug}/register", {"file": "iin", "do": "load"})
    assert answer.status_code == 422


@pytest.mark.parametrize("kind", [struct.error, EOFError, TypeError, KeyError, OSError])
def test_whatever_a_decoder_raises_the_file_is_no_picture(
    monkeypatch: pytest.MonkeyPatch, kind: type[Exception]
) -> None:
    def broken(picture: Any) -> None:
        raise kind

    content = io.BytesIO()
    Image.new("RGB", (4, 4)).save(content, "PNG")
    monkeypatch.setattr(ImageOps, "exif_transpose", broken)
    content.seek(0)
    with pytest.raises(Refusal, match="not_a_picture"):
        decoding.read_picture(content, megapixels=50, memory_mb=100)


@pytest.mark.parametrize(
    "answer", ["[" * 20_000, '{"id": ' + "[" * 19_000, '{"id": [1]}', "9" * 9000]
)
def test_a_passkeys_answer_of_brackets_without_end_names_no_passkey(answer: str) -> None:
    assert passkeys.answered_by(answer) == ""
    with pytest.raises(passkeys.BROKEN):
        passkeys.webauthn.helpers.parse_authentication_credential_json(answer)
