"""A file with wrong lines: two people load what is right; the rest waits, sealed, to be mended."""

from __future__ import annotations

import io
import os
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from pb_portal import jobs as house
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.audit.models import AuditEntry
from pb_portal.domain.identity import voter_key
from pb_portal.domain.refusal import Conflict, Forbidden, Refusal
from pb_portal.register import loads, queries, service
from pb_portal.register.models import RegisterEntry, RegisterLoad
from pb_portal.register.service import jobs
from pb_portal.register.service.roll import RollKeys, digest_rows
from tests.conftest import sign_in
from tests.factories import SIGNER, make_cycle, make_person, signed
from tests.factories.voting import make_iin

BORN = date(1990, 5, 31)
HEADS = b"iin,birth_date,area,permanent,phone\n"


@pytest.fixture
def cycle(session):
    return make_cycle(session)


@pytest.fixture
def people(session):
    """A registrar and a commissioner."""
    return make_person(session, "registrar"), make_person(session, "commissioner")


def line(cycle, iin=None, birth="1990-05-31", area="", phone="+77011234567"):
    return f"{iin or make_iin(BORN)},{birth},{area or cycle.areas[0].area.code},yes,{phone}\n"


def mixed(cycle, sound=3):
    """Sound lines and wrong ones; one person twice alike, one twice with other data."""
    twice, differs = make_iin(BORN), make_iin(BORN)
    rows = [line(cycle) for _ in range(sound)]
    rows += [line(cycle, "123456789012"), line(cycle, area="nowhere"), "1,2\n"]
    rows += [line(cycle, twice), line(cycle, twice)]
    rows += [line(cycle, differs), line(cycle, differs, phone="+77019999999")]
    return HEADS + "".join(rows).encode(), differs


def send(client, cycle, data, do="load"):
    path = f"/desk/cycles/{cycle.slug}/register"
    return client.fill(path, {"file": (io.BytesIO(data), "roll.csv"), "do": do})


def ask(client, cycle, job, reason="The office is closed until Monday"):
    path = f"/desk/cycles/{cycle.slug}/register/loads/{job.id}/sound"
    return client.fill(path, {"reason": reason})


def entries(session, cycle):
    found = select(func.count()).select_from(RegisterEntry)
    return session.scalar(found.where(RegisterEntry.cycle_id == cycle.id))


def newest(session, cycle):
    session.expire_all()
    return queries.last_load(session, cycle.id)


def folder():
    return loads.desk().uploads._folder


def kept_files():
    return sorted(path.name for path in folder().iterdir()) if folder().exists() else []


def agreed(client, session, cycle, people, data):
    """Both people go through the pages, and the worker loads."""
    sign_in(client, people[0])
    assert send(client, cycle, data, "offered").status_code == 422
    assert ask(client, cycle, newest(session, cycle)).status_code == 302
    request = session.scalars(select(ApprovalRequest).order_by(ApprovalRequest.id.desc())).first()
    sign_in(client, people[1])
    path = f"/desk/register-sound-loads/{request.id}"
    assert client.fill(path, {"do": "approve", "reason": ""}).status_code == 302
    house.load_registers(datetime.now(UTC))
    return newest(session, cycle)


def test_two_people_load_what_is_right_and_the_rest_is_set_aside(
    client, session, cycle, people
) -> None:
    data, differs = mixed(cycle)
    before = kept_files()
    sign_in(client, people[0])
    page = send(client, cycle, data).text
    assert "4 residents of this file could be loaded." in page and "Prepare the right" in page
    assert newest(session, cycle).kept == "" and kept_files() == before, "gone unless it is asked"
    page = send(client, cycle, data, "offered").text
    job = newest(session, cycle)
    assert (job.state, job.sound, job.set_aside) == ("done", 4, 6)
    assert entries(session, cycle) == 0 and job.kept in kept_files()
    assert "4 residents of this file could be loaded." in page
    assert ask(client, cycle, job, reason="").status_code == 422
    job = agreed(client, session, cycle, people, data)
    assert (job.way, job.state, job.sound, job.set_aside) == ("sound", "done", 4, 6)
    state = queries.find_state(session, cycle.id)
    assert (state.entries, state.set_aside, entries(session, cycle)) == (4, 6, 4)
    key = voter_key("test-register", cycle.id, differs)
    assert queries.find_entry(session, cycle.id, key) is None, "nobody knows which line is right"
    assert digest_rows(session, cycle.id, "test-register") == (state.digest, 4)
    assert kept_files().count(job.kept) == 1
    sign_in(client, people[0])
    shown = client.page(f"/desk/cycles/{cycle.slug}/register")
    assert "6 lines are set aside" in shown
    loaded = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "register.loaded").order_by(AuditEntry.id)
    ).all()[-1]
    assert loaded.data["set_aside"] == 6


def test_one_person_alone_loads_nothing_of_a_faulty_file(client, session, cycle, people) -> None:
    registrar, second = people
    sign_in(client, registrar)
    send(client, cycle, mixed(cycle)[0], "offered")
    job = newest(session, cycle)
    request = service.propose_sound_load(session, signed(registrar), cycle, job.id, reason="x")
    with pytest.raises(Refusal, match=r"approval\.same_person"):
        service.decide_sound_load(session, signed(registrar), request, approve=True)
    with pytest.raises(Forbidden):
        service.decide_sound_load(
            session, signed(make_person(session, "reviewer")), request, approve=True
        )
    with pytest.raises(Forbidden):
        service.propose_sound_load(
            session, signed(make_person(session, "auditor")), cycle, job.id, reason="x"
        )
    service.decide_sound_load(session, signed(second), request, approve=False)
    house.load_registers(datetime.now(UTC))
    assert entries(session, cycle) == 0


def test_the_lines_set_aside_are_sealed_downloaded_by_name_and_deleted_in_time(
    client, session, app, cycle, people
) -> None:
    data, differs = mixed(cycle)
    job = agreed(client, session, cycle, people, data)
    sealed = (folder() / job.kept).read_bytes()
    assert differs.encode() not in sealed and b"+7701" not in sealed
    path = f"/desk/cycles/{cycle.slug}/register"
    sign_in(client, people[0])
    got = client.fill(f"{path}/loads/{job.id}/aside.csv", at=path)
    assert got.status_code == 200 and "no-store" in got.headers["Cache-Control"]
    text = got.data.decode("utf-8-sig")
    assert text.count("\n") == 7 and differs in text and "Line,What is wrong" in text
    assert "There is no such area in this cycle." in text
    opened = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "register.aside_opened")
    ).one()
    assert opened.actor_id == people[0].id and differs not in str(opened.data)
    for role in ("auditor", "reviewer", "administrator"):
        sign_in(client, make_person(session, role))
        assert client.get(path).status_code == 403
    former = job.kept
    app.config["CLOCK_OFFSET"] = timedelta(days=8)
    try:
        house.load_registers(datetime.now(UTC) + timedelta(days=8))
        os.utime(folder() / former, (0, 0))
        house.load_registers(datetime.now(UTC) + timedelta(days=8))
    finally:
        app.config.pop("CLOCK_OFFSET")
    assert newest(session, cycle).kept == "" and former not in kept_files()
    assert queries.find_state(session, cycle.id).set_aside == 6, "still told"


def test_mended_lines_are_added_and_remove_nobody(client, session, cycle, people) -> None:
    agreed(client, session, cycle, people, mixed(cycle)[0])
    sign_in(client, people[0])
    wrong = HEADS + line(cycle, "123456789012").encode()
    assert send(client, cycle, wrong, "mended").status_code == 422
    assert newest(session, cycle).kept == "", "lines to mend are not mended by leaving them out"
    mended = HEADS + (line(cycle) + line(cycle, phone="'+77017654321")).encode()
    assert send(client, cycle, mended, "mended").status_code == 302
    state = queries.find_state(session, cycle.id)
    session.refresh(state)
    assert (state.entries, state.set_aside) == (6, 4)
    assert digest_rows(session, cycle.id, "test-register") == (state.digest, 6)
    changed = HEADS + line(cycle, make_iin(BORN)).encode()
    assert send(client, cycle, changed, "mended").status_code == 302
    assert send(client, cycle, HEADS + line(cycle).encode()).status_code == 302
    session.refresh(state)
    assert (state.entries, state.set_aside) == (1, 0), "a whole file takes the place of all"
    assert send(client, cycle, mended, "mended").status_code == 422, "nothing is set aside"


def test_a_mended_line_of_a_known_person_changes_it_and_the_digest_follows(
    client, session, cycle, people
) -> None:
    data, _ = mixed(cycle)
    agreed(client, session, cycle, people, data)
    iin = data.splitlines()[1].decode().partition(",")[0]
    sign_in(client, people[0])
    again = HEADS + line(cycle, iin, phone="+77770000000").encode()
    assert send(client, cycle, again, "mended").status_code == 302
    state = queries.find_state(session, cycle.id)
    session.refresh(state)
    assert (state.entries, newest(session, cycle).changed) == (4, 1)
    assert digest_rows(session, cycle.id, "test-register") == (state.digest, 4)


def test_a_newer_file_a_changed_cycle_and_a_frozen_register_stop_it(
    client, session, cycle, people
) -> None:
    registrar, second = people
    sign_in(client, registrar)
    data, _ = mixed(cycle)
    send(client, cycle, data, "offered")
    old = newest(session, cycle)
    send(client, cycle, data, "offered")
    with pytest.raises(Conflict, match="newer_file"):
        service.propose_sound_load(session, signed(registrar), cycle, old.id, reason="x")
    job = newest(session, cycle)
    request = service.propose_sound_load(session, signed(registrar), cycle, job.id, reason="x")
    service.decide_sound_load(session, signed(second), request, approve=True)
    cycle.areas[0].area.names = {**cycle.areas[0].area.names, "en": "nowhere"}
    session.commit()
    house.load_registers(datetime.now(UTC))
    job = newest(session, cycle)
    assert (job.state, job.error) == ("failed", "register.reads_otherwise")
    assert entries(session, cycle) == 0
    send(client, cycle, HEADS + line(cycle).encode())
    freeze = service.propose_freeze(session, signed(registrar), cycle)
    service.decide_freeze(
        session, signed(second), freeze, RollKeys("test-register", SIGNER), approve=True
    )
    with pytest.raises(Refusal, match=r"register\.frozen"):
        service.propose_sound_load(session, signed(registrar), cycle, job.id, reason="x")


def test_the_number_is_told_where_the_roll_is_told(client, session, cycle, people) -> None:
    agreed(client, session, cycle, people, mixed(cycle)[0])
    freeze = service.propose_freeze(session, signed(people[0]), cycle)
    session.commit()
    sign_in(client, people[1])
    for locale, words in (("en", "6 lines are set aside"), ("ru", "6"), ("kk", "6")):
        page = client.page(f"/desk/register-freezes/{freeze.id}", locale=locale)
        assert words in page
    from pb_portal.results import queries as results

    assert results.set_aside(session, cycle.id) == 6


def test_a_worker_that_dies_loses_nothing_and_a_file_without_a_sound_line_is_not_offered(
    client, session, cycle, people
) -> None:
    sign_in(client, people[0])
    send(client, cycle, HEADS + line(cycle, "1").encode(), "offered")
    job = newest(session, cycle)
    assert (job.sound, job.kept) == (0, "")
    data, _ = mixed(cycle)
    send(client, cycle, data, "offered")
    job = newest(session, cycle)
    request = service.propose_sound_load(session, signed(people[0]), cycle, job.id, reason="x")
    service.decide_sound_load(session, signed(people[1]), request, approve=True)
    session.commit()
    taken = jobs.claim(session, datetime.now(UTC) - timedelta(hours=1))
    assert taken is not None and taken.way == "sound"
    session.commit()
    house.load_registers(datetime.now(UTC))
    job = newest(session, cycle)
    assert (job.state, job.attempts, entries(session, cycle)) == ("done", 2, 4)
    assert session.scalar(select(func.count()).select_from(RegisterLoad)) >= 3
