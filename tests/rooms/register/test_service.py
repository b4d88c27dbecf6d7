"""The register: reading files, keyed hashes, freezing by two people."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import IntegrityError

from pb_portal.approvals.models import ApprovalRequest
from pb_portal.audit.models import AuditEntry
from pb_portal.db import Missing
from pb_portal.domain import identity
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Conflict, Forbidden, Refusal
from pb_portal.domain.rule_book import RuleBook
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.register import queries, service
from pb_portal.register.models import RegisterEntry, RegisterState
from pb_portal.register.reader import Fault, Resident, read_register
from tests.factories import make_cycle, make_person, move_phase, signed
from tests.factories.voting import ROLL_KEYS, make_iin

ALMATY = ZoneInfo("Asia/Almaty")
KEY = "test-register"
BORN = date(1990, 5, 31)


@pytest.fixture
def cycle(session):
    return make_cycle(session, PhaseKind.REVIEW, areas=2)


def csv_of(cycle, *rows, header="iin,birth_date,area,permanent,phone"):
    lines = [header, *rows]
    return io.BytesIO("\n".join(lines).encode())


def row_of(cycle, iin="", born=BORN, area="", permanent="yes", phone="+77011234567"):
    code = area or cycle.areas[0].area.code
    return f"{iin or make_iin(born)},{born},{code},{permanent},{phone}"


def check(cycle, stream):
    by = Signature(SYSTEM, datetime.now(UTC))
    return service.check_rows(by, cycle, read_register(stream), key=KEY, zone=ALMATY)


def load(session, cycle, stream, by=None):
    by = by or Signature(SYSTEM, datetime.now(UTC))
    return service.load_rows(session, by, cycle, read_register(stream), key=KEY, zone=ALMATY)


def test_columns_may_stand_in_any_order_and_language(cycle):
    iin = make_iin(BORN)
    code = cycle.areas[0].area.code
    files = [
        f"phone,permanent,area,birth_date,iin\n87011234567,1,{code},31.05.1990,{iin}\n",
        f"ИИН;Дата рождения;Район;Постоянная;Телефон\n{iin};31.05.1990;{code};да;87011234567\n",
        f"ЖСН\tТуған күні\tАудан\tТұрақты\tТелефон\n{iin}\t1990-05-31\t{code}\tиә\t7011234567\n",
    ]
    wanted = Resident(2, iin, BORN, code, True, "+77011234567")
    for content in files:
        for encoding in ("utf-8", "utf-8-sig"):
            assert list(read_register(io.BytesIO(content.encode(encoding)))) == [wanted]
    assert list(read_register(io.BytesIO(files[1].encode("cp1251")))) == [wanted]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"iin": "900531300000"}, "register.iin_wrong"),
        ({"iin": "12"}, "register.iin_wrong"),
        ({"area": "nowhere"}, "register.area_unknown"),
        ({"permanent": "perhaps"}, "register.permanent_wrong"),
        ({"phone": "12345"}, "register.phone_wrong"),
    ],
)
def test_each_kind_of_mistake_is_named_by_its_line(cycle, change, code):
    report = check(cycle, csv_of(cycle, row_of(cycle), row_of(cycle, **change), row_of(cycle)))
    assert [(fault.line, fault.code) for fault in report.faults] == [(3, code)]
    assert report.residents == 2 and not report.clean


def test_a_birth_date_that_differs_from_the_iin_is_a_mistake(cycle):
    iin = make_iin(BORN)
    code = cycle.areas[0].area.code
    rows = [f"{iin},1990-05-30,{code},yes,+77011234567", f"{iin},soon,{code},yes,+77011234567"]
    report = check(cycle, csv_of(cycle, *rows))
    assert [fault.code for fault in report.faults] == [
        "register.birth_date_differs",
        "register.birth_date_wrong",
    ]


def test_a_person_twice_in_a_file_is_named_with_both_lines(cycle):
    iin = make_iin(BORN)
    rows = [row_of(cycle, iin), row_of(cycle), row_of(cycle, iin, phone="+77019999999")]
    report = check(cycle, csv_of(cycle, *rows))
    assert report.faults == [Fault(4, "register.repeated", {"first": 2})]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"iin,birth_date,area,permanent\n",
        b"hello\n",
        b"iin,birth_date,area,permanent,phone\n" + b"9" * 10_000,
        b'iin,birth_date,area,permanent,phone\n"' + b"9,\n" * 3,
        b"iin,birth_date,area,permanent,phone\n\0\0\0\n",
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 50,
    ],
)
def test_what_is_no_register_is_refused_in_one_sentence(cycle, content):
    with pytest.raises(Refusal) as refused:
        check(cycle, io.BytesIO(content))
    assert refused.value.code in {"register.column_missing", "register.unreadable"}


def test_age_is_taken_on_the_first_day_of_the_vote_in_the_city(session):
    cycle = make_cycle(session, PhaseKind.REVIEW, rules=RuleBook(min_age=16))
    voting = next(phase for phase in cycle.phases if phase.kind == PhaseKind.VOTING)
    # Midnight in Almaty is still the day before in UTC.
    starts_at = datetime(2026, 10, 26, 19, 0, tzinfo=UTC)
    move_phase(session, voting, starts_at=starts_at, ends_at=starts_at + timedelta(days=14))
    session.flush()
    sixteen, younger = date(2010, 10, 27), date(2010, 10, 28)
    report = load(
        session, cycle, csv_of(cycle, row_of(cycle, born=sixteen), row_of(cycle, born=younger))
    )
    assert (report.residents, report.too_young) == (2, 1)
    kept = session.scalars(select(RegisterEntry.old_enough)).all()
    assert sorted(kept) == [False, True]


def test_only_keyed_hashes_are_kept(session, cycle):
    people = [(make_iin(BORN), f"+7701555{n:04d}") for n in range(5)]
    load(session, cycle, csv_of(cycle, *(row_of(cycle, i, phone=p) for i, p in people)))
    session.flush()
    dump = []
    for table in inspect(session.connection()).get_table_names():
        dump += [repr(tuple(row)) for row in session.execute(text(f'SELECT * FROM "{table}"'))]
    everything = "\n".join(dump)
    assert identity.voter_key(KEY, cycle.id, people[0][0]) in everything
    for iin, phone in people:
        assert iin not in everything
        assert phone.lstrip("+") not in everything and phone[2:] not in everything
    assert "1990-05-31" not in everything


def test_nothing_of_a_file_is_written_to_the_log(session, cycle, caplog):
    caplog.set_level("DEBUG")
    iin = make_iin(BORN)
    load(session, cycle, csv_of(cycle, row_of(cycle, iin)))
    with pytest.raises(Refusal):
        load(session, cycle, csv_of(cycle, row_of(cycle, iin), row_of(cycle, iin)))
    assert iin not in caplog.text and "7011234567" not in caplog.text


def test_rows_do_not_lie_in_the_order_of_the_file(session, cycle):
    rows = [row_of(cycle) for _ in range(40)]
    load(session, cycle, csv_of(cycle, *rows))
    order = session.scalars(text("SELECT voter_key FROM register_entry")).all()
    filed = [identity.voter_key(KEY, cycle.id, row.split(",")[0]) for row in rows]
    assert sorted(order) == sorted(filed) and order != filed
    if session.get_bind().dialect.name == "sqlite":
        # PostgreSQL may fill room that other rows left; the freeze rewrites its table in order.
        assert order == sorted(order)


def test_loading_again_replaces_what_was_there(session, cycle):
    load(session, cycle, csv_of(cycle, row_of(cycle), row_of(cycle)))
    load(session, cycle, csv_of(cycle, row_of(cycle)))
    assert session.scalar(select(func.count()).select_from(RegisterEntry)) == 1
    assert queries.find_state(session, cycle.id).entries == 1


def test_a_wrong_line_leaves_the_old_register_as_it_was(session, cycle):
    load(session, cycle, csv_of(cycle, row_of(cycle), row_of(cycle)))
    session.commit()
    with pytest.raises(service.Faulty) as refused:
        load(session, cycle, csv_of(cycle, row_of(cycle), "bad"))
    session.rollback()
    assert refused.value.report.faults_total == 1
    assert session.scalar(select(func.count()).select_from(RegisterEntry)) == 2


def test_an_empty_file_is_not_loaded(session, cycle):
    with pytest.raises(service.Faulty):
        load(session, cycle, csv_of(cycle))


def test_registers_of_two_cycles_stand_apart(session, cycle):
    other = make_cycle(session, PhaseKind.REVIEW)
    iin = make_iin(BORN)
    load(session, cycle, csv_of(cycle, row_of(cycle, iin)))
    load(session, other, csv_of(other, row_of(other, iin)))
    keys = set(session.scalars(select(RegisterEntry.voter_key)))
    assert len(keys) == 2


def test_only_registrars_load_and_ask(session, cycle):
    reviewer = signed(make_person(session, "reviewer"))
    with pytest.raises(Forbidden):
        load(session, cycle, csv_of(cycle, row_of(cycle)), by=reviewer)
    with pytest.raises(Forbidden):
        service.propose_freeze(session, reviewer, cycle)


def test_freezing_takes_two_people_and_ends_all_loading(session, cycle):
    first, second = (signed(make_person(session, "registrar")) for _ in range(2))
    load(session, cycle, csv_of(cycle, row_of(cycle)), by=first)
    request = service.propose_freeze(session, first, cycle, reason="Stat office, 1 October")
    with pytest.raises(Refusal) as refused:
        service.decide_freeze(session, first, request, ROLL_KEYS, approve=True)
    assert refused.value.code == "approval.same_person"
    assert not queries.is_frozen(session, cycle.id)
    service.decide_freeze(session, second, request, ROLL_KEYS, approve=True)
    assert queries.is_frozen(session, cycle.id)
    for act in (
        lambda: load(session, cycle, csv_of(cycle, row_of(cycle)), by=first),
        lambda: service.propose_freeze(session, first, cycle),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.code == "register.frozen"
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    wanted = ["register.loaded", "register.freeze.proposed", "register.freeze.approved"]
    assert [*wanted, "register.frozen"] == [a for a in actions if a.startswith("register")]


def test_a_commissioner_may_be_the_second_person(session, cycle):
    first = signed(make_person(session, "registrar"))
    load(session, cycle, csv_of(cycle, row_of(cycle)), by=first)
    request = service.propose_freeze(session, first, cycle)
    second = signed(make_person(session, "commissioner"))
    assert service.decide_freeze(session, second, request, ROLL_KEYS, approve=True).frozen_at


def test_the_database_itself_refuses_one_person_as_both(session, cycle):
    first = signed(make_person(session, "registrar"))
    load(session, cycle, csv_of(cycle, row_of(cycle)), by=first)
    request = service.propose_freeze(session, first, cycle)
    request.state, request.decided_by = "approved", first.actor.person_id
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_a_register_loaded_again_after_the_request_is_a_conflict(session, cycle, at):
    first, second = (make_person(session, "registrar") for _ in range(2))
    load(session, cycle, csv_of(cycle, row_of(cycle)), by=signed(first, at))
    request = service.propose_freeze(session, signed(first), cycle)
    load(session, cycle, csv_of(cycle, row_of(cycle)), by=signed(first, at + timedelta(minutes=1)))
    with pytest.raises(Conflict) as refused:
        service.decide_freeze(session, signed(second), request, ROLL_KEYS, approve=True)
    assert refused.value.code == "register.changed"


def test_declining_leaves_it_open(session, cycle):
    first, second = (signed(make_person(session, "registrar")) for _ in range(2))
    load(session, cycle, csv_of(cycle, row_of(cycle)), by=first)
    request = service.propose_freeze(session, first, cycle)
    service.decide_freeze(session, second, request, ROLL_KEYS, approve=False)
    assert not queries.is_frozen(session, cycle.id)
    assert session.get(ApprovalRequest, request.id).state == "declined"


def test_nothing_loaded_cannot_be_frozen(session, cycle):
    with pytest.raises(Refusal) as refused:
        service.propose_freeze(session, signed(make_person(session, "registrar")), cycle)
    assert refused.value.code == "register.empty"
    assert session.get(RegisterState, cycle.id).frozen_at is None


def test_a_request_of_another_kind_freezes_nothing(session, cycle):
    person = make_person(session, "registrar")
    other = ApprovalRequest(
        kind="phase.extend",
        subject="phase:1",
        payload={},
        reason="",
        cycle_id=cycle.id,
        proposed_by=person.id,
        proposed_at=datetime.now(UTC),
    )
    session.add(other)
    session.flush()
    with pytest.raises(Missing):
        service.decide_freeze(
            session, signed(make_person(session, "registrar")), other, ROLL_KEYS, approve=True
        )


def _people(code: str, many: int) -> Iterator[str]:
    made = 0
    for number in range(10_000):
        for day in range(1, 29):
            body = f"9005{day:02d}3{number:04d}"
            digit = identity.check_digit(body)
            if digit is not None:
                yield f"{body}{digit},1990-05-{day:02d},{code},1,+7701{made:07d}\n"
                made += 1
            if made == many:
                return


def test_memory_grows_by_bytes_per_resident_and_not_by_rows(cycle, tmp_path):
    def peak(many: int) -> int:
        path = tmp_path / f"{many}.csv"
        with path.open("w") as out:
            out.write("iin,birth_date,area,permanent,phone\n")
            out.writelines(_people(cycle.areas[0].area.code, many))
        tracemalloc.start()
        with path.open("rb") as stream:
            report = check(cycle, stream)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert report.clean and report.residents == many
        return found

    small, large = peak(1_000), peak(10_000)
    assert (large - small) / 9_000 < 40
