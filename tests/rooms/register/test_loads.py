"""Files of residents: spreadsheets, jobs that outlive their worker, uploads that do not stay."""

from __future__ import annotations

import io
import os
import time
import tracemalloc
import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest
import xlsxwriter
from sqlalchemy import func, select

from pb_portal.db import db, transaction
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.register import loads, queries, service, worker
from pb_portal.register.models import RegisterEntry, RegisterLoad, RegisterState
from pb_portal.register.reader import Resident, read_register
from pb_portal.register.service import jobs, loading
from pb_portal.register.sheets import sheet_rows
from pb_portal.register.uploads import PIECE, Uploads
from tests.conftest import sign_in
from tests.factories import make_cycle, make_person, signed
from tests.factories.voting import make_iin, post, token_on

BORN = date(1990, 5, 31)
HEADS = ["ЖСН", "Туған күні", "Аудан", "Тіркеу түрі", "Телефон нөмірі"]


def csv_of(cycle, iins, phone="+77011234567"):
    code = cycle.areas[0].area.code
    rows = (f"{iin},1990-05-31,{code},yes,{phone}\n" for iin in iins)
    return b"iin,birth_date,area,permanent,phone\n" + "".join(rows).encode()


def workbook(rows, **options):
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, **options})
    sheet = book.add_worksheet()
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(number, column, cell, day)
            else:
                sheet.write(number, column, cell)
    book.close()
    out.seek(0)
    return out


def test_a_spreadsheet_is_read_with_texts_numbers_dates_and_gaps():
    iin = make_iin(BORN)
    wanted = Resident(2, iin, BORN, "almaly", True, "+77011234567")
    as_text = workbook([HEADS, [iin, "31.05.1990", "almaly", "тұрақты", "87011234567"]])
    assert list(read_register(as_text)) == [wanted]
    typed = workbook([HEADS, [int(iin), BORN, "almaly", True, 77011234567]])
    assert list(read_register(typed)) == [wanted]
    inline = workbook([HEADS, [iin, BORN, "almaly", "иә", "7011234567"]], constant_memory=True)
    assert list(read_register(inline)) == [wanted]
    gaps = workbook([["", *HEADS], [], ["x", iin, BORN, "almaly", "иә"]])
    found = list(read_register(gaps))
    assert found == [Resident(3, iin, BORN, "almaly", True, "")]


def test_zeros_that_a_spreadsheet_dropped_from_an_iin_are_put_back():
    born = date(2001, 2, 3)
    iin = make_iin(born)
    assert iin.startswith("0")
    found = list(read_register(workbook([HEADS, [int(iin), born, "a", "иә", ""]])))
    assert found == [Resident(2, iin, born, "a", True, "")]


def bomb(**parts):
    out = io.BytesIO()
    good = workbook([HEADS])
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in source.namelist():
            made.writestr(name, parts.get(name.rpartition("/")[2], source.read(name)))
    out.seek(0)
    return out


ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    '<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><worksheet><sheetData><row><c><v>&b;</v></c>'
    "</row></sheetData></worksheet>"
)


@pytest.mark.parametrize(
    "file",
    [
        io.BytesIO(b"PK\x03\x04 not an archive"),
        bomb(**{"sheet1.xml": ENTITIES}),
        bomb(**{"sheet1.xml": "<worksheet><sheetData><row><c t='s'><v>99</v></c></row>"}),
        bomb(**{"sheet1.xml": "<worksheet><row><c r='12'><v>1</v></c></row></worksheet>"}),
        bomb(**{"sheet1.xml": b"\0\xff"}),
        bomb(**{"workbook.xml": "<workbook/>"}),
    ],
)
def test_what_is_no_workbook_is_refused_in_one_sentence(file):
    with pytest.raises(Refusal) as refused:
        list(read_register(file))
    assert refused.value.code == "register.bad_workbook"


def test_a_workbook_that_unpacks_without_end_is_refused_before_it_fills_the_memory(monkeypatch):
    monkeypatch.setattr("pb_portal.register.sheets.MOST_TEXTS", 1 << 20)
    texts = "<sst>" + "<si><t>" + "9" * 500 + "</t></si>" + "<si><t>9</t></si>" * 200_000
    file = bomb(**{"sharedStrings.xml": texts + "</sst>"})
    with pytest.raises(Refusal) as refused:
        list(sheet_rows(file, lambda done, of: None))
    assert refused.value.code == "register.bad_workbook"


def test_a_sealed_upload_shows_nothing_and_is_read_from_any_place(tmp_path):
    uploads = Uploads(tmp_path / "up", "key")
    plain = os.urandom(1000) * 200 + b"900531300123"
    name = uploads.keep(io.BytesIO(plain))
    kept = (tmp_path / "up" / name).read_bytes()
    assert b"900531300123" not in kept and len(kept) > len(plain)
    assert oct((tmp_path / "up" / name).stat().st_mode)[-3:] == "600"
    with uploads.opened(name) as stream:
        assert stream.read() == plain
        stream.seek(-12, io.SEEK_END)
        assert stream.read() == b"900531300123"
        stream.seek(PIECE - 3)
        assert stream.read(10) == plain[PIECE - 3 : PIECE + 7]
    (tmp_path / "up" / name).write_bytes(kept[:-1] + b"x")
    with uploads.opened(name) as stream, pytest.raises(OSError, match="changed"):
        stream.read()
    uploads.remove(name)
    uploads.remove(name)
    with pytest.raises(FileNotFoundError), uploads.opened(name):
        pass


def test_a_stray_upload_is_swept_away_after_an_hour(tmp_path):
    uploads = Uploads(tmp_path / "up", "key")
    wanted, stray, fresh = (uploads.keep(io.BytesIO(b"x")) for _ in range(3))
    old = time.time() - 7200
    for name in (wanted, stray):
        os.utime(tmp_path / "up" / name, (old, old))
    uploads.sweep({wanted})
    assert {path.name for path in (tmp_path / "up").iterdir()} == {wanted, fresh}


@pytest.fixture
def city(own_app):
    """An application of its own with a cycle before its vote; jobs really commit."""
    with own_app.app_context():
        with transaction() as work:
            cycle = make_cycle(work, PhaseKind.REVIEW, areas=2)
            person = make_person(work, "registrar")
            work.flush()
            by = signed(person)
        yield cycle, by


def entries(cycle_id):
    with transaction() as work:
        mine = RegisterEntry.cycle_id == cycle_id
        return work.scalar(select(func.count()).select_from(RegisterEntry).where(mine))


def left():
    folder = loads.desk().uploads._folder
    return list(folder.iterdir()) if folder.exists() else []


def send(cycle, by, content, load=True):
    with transaction():
        slug = cycle.slug
    loads.read_later(io.BytesIO(content), slug, by, load=load)


def last(cycle_id):
    db.session().rollback()
    return queries.last_load(db.session(), cycle_id)


def test_a_large_file_is_loaded_by_the_worker_and_the_upload_is_gone(city):
    cycle, by = city
    cycle_id = cycle.id
    send(cycle, by, csv_of(cycle, [make_iin(BORN) for _ in range(30)]))
    assert len(left()) == 1 and last(cycle_id).state == "queued"
    assert worker.load_next(loads.desk())
    assert not worker.load_next(loads.desk())
    job = last(cycle_id)
    assert (job.state, job.progress, job.added, job.removed) == ("done", 100, 30, 0)
    assert entries(cycle_id) == 30 and left() == [] and last(cycle_id).upload == ""


def test_a_check_writes_nothing_and_says_what_would_change(city):
    cycle, by = city
    cycle_id = cycle.id
    stays, moves, goes, comes = (make_iin(BORN) for _ in range(4))
    send(cycle, by, csv_of(cycle, [stays, moves, goes]))
    worker.load_next(loads.desk())
    before = sorted(map(repr, db.session().execute(select(RegisterEntry.__table__)).all()))
    changed = csv_of(cycle, [stays, comes]) + csv_of(cycle, [moves], "+77020000000").split(b"\n")[1]
    send(cycle, by, changed, load=False)
    worker.load_next(loads.desk())
    job = last(cycle_id)
    assert (job.added, job.changed, job.removed) == (1, 1, 1)
    after = sorted(map(repr, db.session().execute(select(RegisterEntry.__table__)).all()))
    assert before == after and left() == []
    send(cycle, by, changed)
    worker.load_next(loads.desk())
    assert entries(cycle_id) == 3 and last(cycle_id).changed == 1


def test_a_file_with_mistakes_changes_nothing_and_is_gone(city):
    cycle, by = city
    cycle_id = cycle.id
    send(cycle, by, csv_of(cycle, [make_iin(BORN), "900531300000"]))
    worker.load_next(loads.desk())
    job = last(cycle_id)
    assert job.state == "done" and job.faults_total == 1
    assert job.faults == [{"line": 3, "code": "register.iin_wrong", "params": {}}]
    assert entries(cycle_id) == 0 and left() == []
    send(cycle, by, b"PK\x03\x04 nothing")
    worker.load_next(loads.desk())
    assert last(cycle_id).error == "register.bad_workbook" and left() == []


def test_a_load_outlives_its_worker_and_the_former_worker_writes_nothing_more(city, monkeypatch):
    cycle, by = city
    cycle_id = cycle.id
    send(cycle, by, csv_of(cycle, [make_iin(BORN) for _ in range(40)]))
    desk = loads.desk()
    compare, seen = loading.compare, []

    def dies(session, intake, drawer, *, save):
        seen.append(drawer)
        if drawer == 100:
            raise KeyboardInterrupt
        compare(session, intake, drawer, save=save)

    monkeypatch.setattr(loading, "compare", dies)
    with pytest.raises(KeyboardInterrupt):
        worker.load_next(desk)
    monkeypatch.setattr(loading, "compare", compare)
    assert 0 < entries(cycle_id) < 40
    with transaction() as work:
        cycle = work.merge(cycle)
        for act in (
            lambda: service.propose_freeze(work, by, cycle),
            lambda: service.ask_for_load(work, by, cycle, load=True),
        ):
            with pytest.raises(Refusal) as refused:
                act()
            assert refused.value.code == "register.loading"
    assert not worker.load_next(desk)
    with transaction() as work:
        former = work.scalars(select(RegisterLoad)).one().worker
        later = jobs.claim(work, datetime.now(UTC) + timedelta(minutes=5))
        taken = worker.Taken(later, desk)
    with transaction() as work, pytest.raises(jobs.LostLease):
        jobs.hold(work, taken.job_id, former, datetime.now(UTC))
    taken.run_sealed()
    assert last(cycle_id).state == "done" and entries(cycle_id) == 40 and left() == []


def test_a_half_loaded_register_is_not_frozen(city):
    cycle, by = city
    send(cycle, by, csv_of(cycle, [make_iin(BORN)]))
    worker.load_next(loads.desk())
    with transaction() as work:
        work.get(RegisterState, cycle.id).loaded_at = None
    with transaction() as work, pytest.raises(Refusal) as refused:
        service.propose_freeze(work, by, work.merge(cycle))
    assert refused.value.code == "register.unfinished"


def test_a_load_that_kills_its_workers_or_lost_its_file_is_given_up(city):
    cycle, by = city
    cycle_id = cycle.id
    send(cycle, by, csv_of(cycle, [make_iin(BORN)]))
    with transaction() as work:
        work.scalars(select(RegisterLoad)).one().attempts = jobs.MOST_ATTEMPTS
    worker.load_next(loads.desk())
    assert last(cycle_id).error == "register.gave_up" and left() == []
    send(cycle, by, csv_of(cycle, [make_iin(BORN)]))
    for path in left():
        path.unlink()
    worker.load_next(loads.desk())
    assert last(cycle_id).error == "register.file_gone"


def test_the_page_shows_a_file_being_read_and_offers_the_mistakes_as_a_table(
    client, session, monkeypatch
):
    cycle = make_cycle(session, PhaseKind.REVIEW, areas=2)
    path = f"/desk/cycles/{cycle.slug}/register"
    sign_in(client, make_person(session, "registrar"))
    monkeypatch.setattr(loads, "AT_ONCE", 10)
    iin = make_iin(BORN)
    file = csv_of(cycle, [iin, "900531300000", iin])
    answer = post(client, path, {"file": (io.BytesIO(file), "r.csv"), "do": "load"})
    assert answer.status_code == 302
    page = client.page(path)
    assert "The file is being read" in page and 'http-equiv="refresh"' in page
    again = client.post(
        path,
        data={
            "file": (io.BytesIO(file), "r.csv"),
            "csrf_token": token_on(client.page("/me")),
        },
    )
    assert again.status_code == 422 and "A file is being read" in again.text
    assert worker.load_next(loads.desk())
    for locale, words in (("en", "on line 2"), ("ru", "2"), ("kk", "2")):
        page = client.page(path, locale=locale)
        address = page.split('href="')
        link = next(part.split('"')[0] for part in address if "errors.csv" in part.split('"')[0])
        table = client.get(link).get_data().decode("utf-8-sig")
        assert len(table.splitlines()) == 3 and words in table
        assert iin not in table and "900531300000" not in table
    other = make_cycle(session, PhaseKind.REVIEW)
    assert client.get(link.replace(cycle.slug, other.slug)).status_code == 404


def test_only_a_registrar_may_send_more_than_any_other_page_takes(
    client, session, app, monkeypatch
):
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 100_000)
    cycle = make_cycle(session, PhaseKind.REVIEW)
    path = f"/desk/cycles/{cycle.slug}/register"
    large = b"x" * (app.config["MAX_CONTENT_LENGTH"] + 10)
    assert client.post(path, data={"file": (io.BytesIO(large), "r.csv")}).status_code == 413
    sign_in(client, make_person(session, "registrar"))
    data = {"file": (io.BytesIO(large), "r.csv"), "csrf_token": token_on(client.page(path))}
    assert client.post(path, data=data).status_code != 413


def test_ten_times_the_rows_of_a_sheet_take_little_more_memory():
    def peak(many):
        body = "".join(
            f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>{n}</t></is></c></row>'
            for n in range(1, many)
        )
        file = bomb(**{"sheet1.xml": f"<worksheet><sheetData>{body}</sheetData></worksheet>"})
        tracemalloc.start()
        rows = sum(1 for _ in sheet_rows(file, lambda done, of: None))
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert rows == many - 1
        return found

    peak(100)
    assert peak(50_000) < 3 * peak(5_000)


def test_the_load_of_a_system_command_needs_no_person(city):
    cycle, _ = city
    cycle_id = cycle.id
    by = Signature(SYSTEM, datetime.now(UTC))
    with transaction():
        slug, content = cycle.slug, csv_of(cycle, [make_iin(BORN)])
    report = loads.read_now(io.BytesIO(content), slug, by, load=True)
    assert report.clean and entries(cycle_id) == 1 and left() == []
