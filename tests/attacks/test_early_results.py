"""Attack: early results. Somebody reads every page before and after votes were cast, and compares.

Whatever differs would tell of the votes. The planted count is looked for in
`tests/rooms/voting/test_sealed.py`; here even a figure that is disguised would show.
"""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from pb_portal.domain.permissions import Role
from tests.conftest import sign_in
from tests.factories import make_person
from tests.factories.voting import make_vote, make_voter
from tests.rooms.voting.test_sealed import addresses
from tests.rooms.voting.test_secrecy import cast_for
from tests.strict import StrictClient

PASSING = re.compile(r'csrf_token"[^>]*value="[^"]+"|data-token="[^"]+"|<time[^>]*>[^<]*</time>')


def seen(client: StrictClient, paths: list[str]) -> dict[str, tuple[int, str]]:
    found = {}
    for path in paths:
        answer = client.get(path)
        text = "" if answer.is_streamed else answer.get_data(as_text=True)
        found[path] = (answer.status_code, PASSING.sub("", text))
    return found


@pytest.mark.parametrize(
    "walker", ["visitor", "commissioner", "registrar", "auditor", "everything"]
)
def test_attack_early_results_no_page_differs_after_votes(
    app: Flask, client: StrictClient, session: Session, walker: str
) -> None:
    cycle, papers = make_vote(session)
    voters = [make_voter(session, cycle) for _ in range(25)]
    if walker != "visitor":
        roles = list(Role) if walker == "everything" else [walker]
        sign_in(client, make_person(session, *roles))
    session.commit()
    paths = [path for path in addresses(app, cycle, papers) if not path.startswith("/readyz")]
    seen(client, paths)
    before = seen(client, paths)
    for number, voter in enumerate(voters):
        cast_for(session, cycle, voter, [papers[number % 2].id], f"{number:032x}")
    session.commit()
    after = seen(client, paths)
    differing = [path for path in paths if before[path] != after[path]]
    assert not differing
