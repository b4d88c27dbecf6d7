"""The registrar's pages and the command."""

from __future__ import annotations

import io
from datetime import date

import pytest
from sqlalchemy import func, select

from pb_portal.domain.phases import PhaseKind
from pb_portal.register.models import RegisterEntry, RegisterState
from tests.conftest import sign_in
from tests.factories import make_cycle, make_person
from tests.factories.voting import make_iin, post

BORN = date(1990, 5, 31)


@pytest.fixture
def cycle(session):
    return make_cycle(session, PhaseKind.REVIEW, areas=2)


def upload(cycle, *rows: str, do: str = "load") -> dict:
    header = "iin,birth_date,area,permanent,phone"
    content = "\n".join([header, *rows]).encode()
    return {"file": (io.BytesIO(content), "register.csv"), "do": do}


def row(cycle, **values) -> str:
    code = values.get("area", cycle.areas[0].area.code)
    return f"{values.get('iin') or make_iin(BORN)},1990-05-31,{code},yes,+77011234567"


def test_a_registrar_checks_then_loads_then_asks_and_another_agrees(client, session, cycle):
    path = f"/desk/cycles/{cycle.slug}/register"
    first, second = make_person(session, "registrar"), make_person(session, "commissioner")
    sign_in(client, first)
    rows = [row(cycle), row(cycle)]
    checked = post(client, path, upload(cycle, *rows, do="check"))
    assert checked.status_code == 200 and "The file is in order" in checked.text
    assert session.scalar(select(func.count()).select_from(RegisterEntry)) == 0
    assert post(client, path, upload(cycle, *rows)).status_code == 302
    assert session.scalar(select(func.count()).select_from(RegisterEntry)) == 2
    assert "The register is loaded" in client.page(path)
    asked = post(client, f"{path}/freeze", {"reason": "Statistics office"}, at=path)
    assert asked.status_code == 302
    page = client.page(path)
    assert "A second person must agree" in page
    decision = page.split('href="/desk/register-freezes/')[1].split('"')[0]
    decision = f"/desk/register-freezes/{decision}"
    own = client.page(decision)
    assert "A second person must decide" in own and 'value="approve"' not in own
    sign_in(client, second)
    assert "Statistics office" in client.page(decision)
    agreed = post(client, decision, {"do": "approve"})
    assert agreed.status_code == 302
    assert "Agreed" in client.page(decision)
    assert session.get(RegisterState, cycle.id).frozen_at is not None
    sign_in(client, first)
    assert "can no longer be changed" in client.page(path)


def test_wrong_lines_are_listed_and_nothing_is_saved(client, session, cycle):
    path = f"/desk/cycles/{cycle.slug}/register"
    sign_in(client, make_person(session, "registrar"))
    iin = make_iin(BORN)
    rows = [row(cycle, iin=iin), row(cycle, area="nowhere"), "x,y", row(cycle, iin=iin)]
    answer = post(client, path, upload(cycle, *rows))
    assert answer.status_code == 422
    for sentence in (
        "3 lines are wrong. Nothing was saved",
        "There is no such area in this cycle.",
        "The line has fewer columns than the first one.",
        "The same person already stands on line 2.",
    ):
        assert sentence in answer.text
    assert iin not in answer.text
    assert session.scalar(select(func.count()).select_from(RegisterEntry)) == 0


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"iin,birth_date\n\0\0\n", "is missing"),
        (b"\x89PNG\r\n\x1a\n\0\0", "is missing"),
        (b"iin,birth_date,area,permanent,phone\n\0\0\n", "cannot be read"),
        (b"a,b,c\n1,2,3\n", "“iin” is missing"),
        (b"", "“iin” is missing"),
    ],
)
def test_what_is_no_table_gets_one_sentence(client, session, cycle, content, sentence):
    path = f"/desk/cycles/{cycle.slug}/register"
    sign_in(client, make_person(session, "registrar"))
    data = {"file": (io.BytesIO(content), "x.csv"), "do": "load"}
    answer = post(client, path, data)
    assert answer.status_code == 422
    assert sentence in answer.text


def test_no_file_is_told_beside_the_field(client, session, cycle):
    path = f"/desk/cycles/{cycle.slug}/register"
    sign_in(client, make_person(session, "registrar"))
    answer = post(client, path, {"do": "load"})
    assert answer.status_code == 422 and "Choose a file" in answer.text


@pytest.mark.parametrize("role", ["reviewer", "auditor", "administrator", "manager", ""])
def test_others_do_not_come_in(client, session, cycle, role):
    sign_in(client, make_person(session, *([role] if role else [])))
    assert client.get(f"/desk/cycles/{cycle.slug}/register").status_code == 403


def run(app, *args: str):
    return app.test_cli_runner().invoke(args=["register", "import", *args])


def test_the_command_loads_a_file_and_a_dry_run_does_not(own_app, tmp_path):
    from pb_portal.db import db, transaction

    with own_app.app_context():
        with transaction() as work:
            cycle = make_cycle(work, PhaseKind.REVIEW)
            slug, line = cycle.slug, row(cycle)
        path = tmp_path / "r.csv"
        path.write_text(f"iin,birth_date,area,permanent,phone\n{line}\n")

        def loaded() -> int:
            found = db.session().scalar(select(func.count()).select_from(RegisterEntry))
            db.session().rollback()
            return found or 0

        dry = run(own_app, str(path), "--cycle", slug, "--dry-run")
        assert dry.exit_code == 0 and "1 residents would be loaded" in dry.output
        assert loaded() == 0
        done = run(own_app, str(path), "--cycle", slug)
        assert done.exit_code == 0 and "1 residents loaded" in done.output
        assert loaded() == 1
        path.write_text("iin,birth_date,area,permanent,phone\nbad\n")
        bad = run(own_app, str(path), "--cycle", slug)
        assert bad.exit_code == 2
        assert "r.csv:2: The line has fewer columns" in bad.output
        assert "Nothing was saved" in bad.output
        assert loaded() == 1
        lost = run(own_app, str(path), "--cycle", "nowhere")
        assert lost.exit_code == 2 and "There is no cycle nowhere" in lost.output
