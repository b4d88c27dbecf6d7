"""Pages of cycles, as residents and commissioners see them."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from pb_portal.cycles import queries, service
from pb_portal.cycles.models import Cycle, Phase
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.rule_book import RuleBook
from tests.conftest import sign_in
from tests.factories import make_cycle, make_person, move_phase, signed
from tests.strict import StrictClient

ALMATY = ZoneInfo("Asia/Almaty")


def phase_of(cycle: Cycle, kind: PhaseKind) -> Phase:
    found = queries.find_phase(cycle, kind)
    assert found is not None
    return found


@pytest.mark.parametrize("locale", ["en", "ru", "kk"])
@pytest.mark.parametrize("kind", [*PhaseKind, None])
def test_the_page_of_a_cycle_opens_in_every_phase_and_language(
    client: StrictClient, session: Session, kind: PhaseKind | None, locale: str
) -> None:
    cycle = make_cycle(session, kind, areas=2)
    session.commit()
    page = client.page(f"/c/{cycle.slug}", locale=locale)
    if kind is PhaseKind.VOTING:
        assert f"/c/{cycle.slug}/vote" in page
    if kind is PhaseKind.APPLICATIONS:
        assert f"/c/{cycle.slug}/propose" in page
    else:
        assert f"/c/{cycle.slug}/propose" not in page


def test_the_action_goes_away_the_moment_the_phase_ends(
    client: StrictClient, session: Session
) -> None:
    cycle = make_cycle(session, PhaseKind.VOTING)
    phase = phase_of(cycle, PhaseKind.VOTING)
    move_phase(session, phase, ends_at=datetime.now(ALMATY) + timedelta(minutes=5))
    session.commit()
    app = client.application
    assert f"/c/{cycle.slug}/vote" in client.page(f"/c/{cycle.slug}")
    app.config["CLOCK_OFFSET"] = timedelta(minutes=6)
    try:
        assert f"/c/{cycle.slug}/vote" not in client.page(f"/c/{cycle.slug}")
    finally:
        del app.config["CLOCK_OFFSET"]


def test_dates_are_those_of_the_city_and_midnight_belongs_to_the_day_before(
    client: StrictClient, session: Session
) -> None:
    cycle = make_cycle(session, PhaseKind.APPLICATIONS)
    phase = phase_of(cycle, PhaseKind.APPLICATIONS)
    starts_at, ends_at = (datetime(2025, month, 1, tzinfo=ALMATY) for month in (9, 10))
    move_phase(session, phase, starts_at=starts_at, ends_at=ends_at)
    session.commit()
    page = client.page(f"/c/{cycle.slug}")
    assert "1 September 2025 – 30 September 2025, 24:00" in page


def test_all_cycles_are_listed_with_imported_ones_apart(
    client: StrictClient, session: Session
) -> None:
    own = make_cycle(session, PhaseKind.VOTING)
    past = make_cycle(session, None, is_imported=True, currency="PLN", minor_units=2)
    session.commit()
    for locale in ("ru", "kk", "en"):
        page = client.page("/cycles", locale=locale)
        assert page.index(f"/c/{own.slug}") < page.index(f"/c/{past.slug}")
    assert "1\u00a0m\u00a0zł" in client.page("/cycles")


def test_an_unknown_cycle_is_a_page_that_says_so(client: StrictClient) -> None:
    for path in ("", "/rules", "/rules.json", "/areas.json", "/decisions"):
        assert client.get(f"/c/nowhere{path}").status_code == 404


@pytest.mark.parametrize(
    "rules",
    [
        RuleBook(),
        RuleBook(ballot_type="approval", min_choices=1, max_choices=1, scope="anywhere"),
        RuleBook(ballot_type="knapsack", minimum_votes=20, counting_rule="greedy-no-skip"),
        RuleBook(ballot_type="points", max_points=10, scope="own_and_one"),
        RuleBook(ballot_type="ranking", counting_rule="greedy-threshold", changeable=False),
        RuleBook(counting_rule="greedy-per-cost", permanent_only=True, tie_rule="file"),
        RuleBook(counting_rule="greedy-custom:near=80"),
    ],
)
def test_every_kind_of_rules_is_told_in_plain_words(
    client: StrictClient, session: Session, rules: RuleBook
) -> None:
    cycle = make_cycle(session, rules=rules)
    session.commit()
    for locale in ("en", "ru", "kk"):
        client.page(f"/c/{cycle.slug}/rules", locale=locale)


def test_anyone_can_check_the_hash_of_the_rules_against_the_file(
    client: StrictClient, session: Session
) -> None:
    cycle = make_cycle(session, frozen=True)
    session.commit()
    raw = client.get(f"/c/{cycle.slug}/rules.json").get_data()
    digest = hashlib.sha256(raw).hexdigest()
    assert cycle.rule_book is not None and cycle.rule_book.digest == digest
    page = client.page(f"/c/{cycle.slug}/rules")
    assert digest in page
    assert json.loads(raw)["lot_commitment"] in page
    assert cycle.rule_book.lot_seed not in page + raw.decode()


def test_outlines_of_areas_come_as_geojson_that_caches_may_keep(
    client: StrictClient, session: Session
) -> None:
    cycle = make_cycle(session, areas=3)
    cycle.areas[2].area.outline = None
    session.commit()
    answer = client.get(f"/c/{cycle.slug}/areas.json")
    shapes = answer.get_json(force=True)
    assert [f["id"] for f in shapes["features"]] == [p.area.code for p in cycle.areas[:2]]
    west, south = shapes["features"][0]["geometry"]["coordinates"][0][0]
    lon, lat = shapes["features"][0]["properties"]["label"]
    assert west < lon < west + 0.015 and south < lat < south + 0.015
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    again = client.get(
        f"/c/{cycle.slug}/areas.json", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 304


def ask(client: StrictClient, cycle: Cycle, **values: str) -> object:
    phase = phase_of(cycle, PhaseKind.REVIEW)
    later = (phase.ends_at + timedelta(days=2)).astimezone(ALMATY)
    data = {
        "phase": "review",
        "ends_at": later.strftime("%Y-%m-%dT%H:%M"),
        "reason": "The portal was down for six hours.",
        **values,
    }
    return client.fill(f"/desk/cycles/{cycle.slug}/phases", data)


def test_an_extension_goes_from_one_commissioner_through_another_to_the_public(
    client: StrictClient, session: Session
) -> None:
    cycle = make_cycle(session, PhaseKind.REVIEW)
    one, two = make_person(session, "commissioner"), make_person(session, "commissioner")
    session.commit()
    first = phase_of(cycle, PhaseKind.REVIEW).ends_at
    sign_in(client, one)
    assert ask(client, cycle).status_code == 302  # type: ignore[attr-defined]
    page = client.page(f"/desk/cycles/{cycle.slug}/phases")
    found = re.search(r"/desk/extensions/(\d+)", page)
    assert found
    path = found[0]
    own = client.page(path)
    assert "another commissioner must decide" in own
    with client.session_transaction() as cookie:
        assert cookie
    refused = client.fill(path, {"decision": "approve"}, at=f"/desk/cycles/{cycle.slug}/phases")
    assert refused.status_code == 422
    assert "made this request yourself" in refused.get_data(as_text=True)
    assert "six hours" not in client.page(f"/c/{cycle.slug}")
    sign_in(client, two)
    for locale in ("ru", "kk"):
        client.page(path, locale=locale)
        client.page(f"/desk/cycles/{cycle.slug}/phases", locale=locale)
    undecided = client.fill(path, {})
    assert undecided.status_code == 422
    unexplained = client.fill(path, {"decision": "decline"})
    assert unexplained.status_code == 422
    assert client.fill(path, {"decision": "approve"}).status_code == 302
    late = client.fill(path, {"decision": "approve"}, at=f"/desk/cycles/{cycle.slug}/phases")
    assert late.status_code in (409, 422)
    public = client.page(f"/c/{cycle.slug}", locale="en")
    assert "six hours" in public and "Extended" in public
    session.expire_all()
    moved = phase_of(queries.get_cycle(session, cycle.slug), PhaseKind.REVIEW)
    assert moved.ends_at.replace(second=0, microsecond=0) == (first + timedelta(days=2)).replace(
        second=0, microsecond=0
    )
    assert moved.original_ends_at == first


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"ends_at": "soon"}, "Write a date and time like"),
        ({"ends_at": ""}, "Enter the new end"),
        ({"ends_at": "2020-01-01T00:00"}, "must be later than the present one"),
        ({"reason": ""}, "residents will read it"),
        ({"phase": "applications"}, "cannot be extended"),
        ({"phase": "party"}, "Choose one of the phases"),
    ],
)
def test_a_wrong_request_to_extend_is_told_beside_the_field_and_kept(
    client: StrictClient, session: Session, values: dict[str, str], said: str
) -> None:
    cycle = make_cycle(session, PhaseKind.REVIEW)
    sign_in(client, make_person(session, "commissioner"))
    answer = ask(client, cycle, **values)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    page = answer.get_data(as_text=True)  # type: ignore[attr-defined]
    assert said in page
    if "reason" not in values:
        assert "The portal was down for six hours." in page


def test_the_date_may_be_typed_by_hand_where_the_browser_has_no_picker(
    client: StrictClient, session: Session
) -> None:
    cycle = make_cycle(session, PhaseKind.REVIEW)
    sign_in(client, make_person(session, "commissioner"))
    later = (phase_of(cycle, PhaseKind.REVIEW).ends_at + timedelta(days=2)).astimezone(ALMATY)
    answer = ask(client, cycle, ends_at=later.strftime("%d.%m.%Y 18:00"))
    assert answer.status_code == 302  # type: ignore[attr-defined]


def test_rules_are_frozen_from_the_phases_page_only_when_one_is_sure(
    client: StrictClient, session: Session
) -> None:
    cycle = make_cycle(session, PhaseKind.REVIEW, frozen=False)
    sign_in(client, make_person(session, "commissioner"))
    phases = f"/desk/cycles/{cycle.slug}/phases"
    assert "not frozen yet" in client.page(f"/c/{cycle.slug}/rules")
    unsure = client.fill(f"/desk/cycles/{cycle.slug}/freeze", {}, at=phases)
    assert unsure.status_code == 422
    assert "Confirm that you have read" in unsure.get_data(as_text=True)
    sure = client.fill(f"/desk/cycles/{cycle.slug}/freeze", {"sure": "y"}, at=phases)
    assert sure.status_code == 302
    page = client.page(f"/c/{cycle.slug}/rules")
    assert "These rules are frozen" in page and "not frozen yet" not in page
    assert "Freeze the rules now" not in client.page(phases)


def test_only_commissioners_open_the_desk_of_phases(client: StrictClient, session: Session) -> None:
    cycle = make_cycle(session)
    one = make_person(session, "commissioner")
    phase = phase_of(cycle, PhaseKind.APPLICATIONS)
    request = service.propose_extension(
        session, signed(one), phase, ends_at=phase.ends_at + timedelta(days=1), reason="why"
    )
    session.commit()
    paths = [f"/desk/cycles/{cycle.slug}/phases", f"/desk/extensions/{request.id}"]
    for path in [*paths, "/desk/cycles"]:
        assert client.get(path).status_code == 302
    sign_in(client, make_person(session, "administrator", "reviewer"))
    for path in paths:
        client.page(path, status=403)
    sign_in(client, make_person(session))
    client.page("/desk/cycles", status=403)
    sign_in(client, one)
    for locale in ("en", "ru", "kk"):
        client.page("/desk/cycles", locale=locale)
    client.page("/desk/extensions/999999", status=404)
