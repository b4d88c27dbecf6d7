"""Files are shared out to whoever may review them and has the fewest."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pb_portal.domain.sharing import Colleague, File, share_evenly

AREAS = st.integers(1, 3)
FILES = st.lists(AREAS, max_size=30).map(
    lambda areas: [File(number, area) for number, area in enumerate(areas)]
)
REACH = st.one_of(st.none(), st.frozensets(AREAS, min_size=1))
PEOPLE = st.lists(REACH, max_size=5).map(
    lambda reach: [Colleague(100 + number, areas) for number, areas in enumerate(reach)]
)


@given(FILES, PEOPLE)
def test_every_file_goes_to_somebody_who_may_review_it_or_to_nobody(
    files: list[File], people: list[Colleague]
) -> None:
    given_out = share_evenly(files, people, {})
    by_id = {person.id: person for person in people}
    for file in files:
        able = [person.id for person in people if person.fits(file)]
        assert (file.id in given_out) == bool(able)
        if able:
            assert by_id[given_out[file.id]].fits(file)


@given(FILES, st.lists(st.integers(0, 9), min_size=1, max_size=5))
def test_where_all_may_review_all_the_loads_end_as_even_as_they_can(
    files: list[File], held: list[int]
) -> None:
    people = [Colleague(number, None) for number in range(len(held))]
    loads = dict(enumerate(held))
    given_out = share_evenly(files, people, loads)
    after = {
        person: load + list(given_out.values()).count(person) for person, load in loads.items()
    }
    got_some = [after[person] for person in set(given_out.values())]
    if got_some:
        assert max(got_some) - min(after.values()) <= 1


def test_nobody_gets_an_own_proposal() -> None:
    own = File(1, 1, author_id=7)
    assert share_evenly([own], [Colleague(7, None)], {}) == {}
    assert share_evenly([own], [Colleague(7, None), Colleague(8, None)], {8: 50}) == {1: 8}
