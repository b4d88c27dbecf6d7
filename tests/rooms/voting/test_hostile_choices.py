"""Choices no ballot page sends: refused in a sentence, and nothing is put into the box."""

from __future__ import annotations

import pytest
from flask.sessions import SecureCookieSession
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from pb_portal.voting import service
from pb_portal.voting.models import Ballot
from tests.factories import make_area, make_proposal
from tests.factories.voting import make_vote, make_voter, prove, submission_on, token_on


@pytest.fixture
def booth(app, client, session):
    app.config["IDENTITY_PACE"] = 0.0
    cycle, papers = make_vote(session)
    prove(client, session, cycle.slug, make_voter(session, cycle))
    yield cycle, papers
    app.config.pop("IDENTITY_PACE")


def ballots(session) -> int:
    return session.scalar(select(func.count()).select_from(Ballot))


@pytest.mark.parametrize("kind", ["huge", "negative", "many", "other_area", "draft", "twice"])
def test_choices_that_stand_on_no_ballot_are_refused(client, session, booth, kind):
    cycle, papers = booth
    elsewhere = make_proposal(session, cycle, status="admitted", area=make_area(session))
    unadmitted = make_proposal(session, cycle, status="in_review")
    choices = {
        "huge": ["9" * 30],
        "negative": ["-" + "9" * 30],
        "many": list(range(1, 70_000)),
        "other_area": [elsewhere.id],
        "draft": [unadmitted.id],
        "twice": [papers[0].id] * 2,
    }[kind]
    page = client.page(f"/c/{cycle.slug}/vote/ballot")
    data = {"choice": choices, "csrf_token": token_on(page)}
    assert client.post(f"/c/{cycle.slug}/vote/choices", data=data).status_code == 422
    assert client.post(f"/c/{cycle.slug}/vote/ballot", data=data).status_code == 422
    data["submission"] = "0" * 32
    assert client.post(f"/c/{cycle.slug}/vote/check", data=data).status_code == 422
    assert ballots(session) == 0


def test_a_ballot_that_could_not_be_stored_leaves_no_receipt(
    client, session, booth, monkeypatch: pytest.MonkeyPatch
):
    cycle, papers = booth
    page = client.page(f"/c/{cycle.slug}/vote/ballot")
    client.post(
        f"/c/{cycle.slug}/vote/ballot",
        data={"choice": papers[0].id, "csrf_token": token_on(page)},
    )
    check = client.page(f"/c/{cycle.slug}/vote/check")
    inside = service.cast

    def full(work, *args, **kwargs):
        inside(work, *args, **kwargs)

        def disk_full() -> None:
            raise OperationalError("COMMIT", {}, OSError("disk full"))

        monkeypatch.setattr(work, "commit", disk_full)
        return "RECEIPT-OF-NOTHING"

    monkeypatch.setattr(service, "cast", full)
    answer = client.post(
        f"/c/{cycle.slug}/vote/check",
        data={
            "choice": papers[0].id,
            "submission": submission_on(check),
            "csrf_token": token_on(check),
        },
    )
    monkeypatch.undo()
    assert answer.status_code == 503
    with client.session_transaction() as cookie:
        assert isinstance(cookie, SecureCookieSession)
        assert "vote_receipt" not in cookie
