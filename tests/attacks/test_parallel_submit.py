"""Attack: parallel submit. Everybody presses the last button eight times at the same moment.

A small town in every run; 300 people with `FAULTS_FULL=1`.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from pb_portal.voting.models import Ballot, Participation
from tests.factories.voting import Voter, submission_on, token_on
from tests.faults.test_ballot_races import Town

PEOPLE = 300 if os.environ.get("FAULTS_FULL") == "1" else 24
PRESSES, AT_ONCE = 8, 32


def ready(town: Town, voter: Voter, paper: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """The form of the last button and the cookie it is pressed with."""
    client = town.app.test_client()
    with client.session_transaction() as cookie:
        cookie["vote_token"] = town.token(voter)
    page = client.get(f"/c/{town.slug}/vote/ballot").get_data(as_text=True)
    data: dict[str, Any] = {"choice": [paper], "csrf_token": token_on(page)}
    client.post(f"/c/{town.slug}/vote/ballot", data=data)
    page = client.get(f"/c/{town.slug}/vote/check").get_data(as_text=True)
    data |= {"submission": submission_on(page), "csrf_token": token_on(page)}
    with client.session_transaction() as cookie:
        return data, dict(cookie)


def test_attack_parallel_submit_gives_no_double_and_no_error(own_app: Flask) -> None:
    town = Town(own_app, PEOPLE)
    presses = [
        (number, *ready(town, voter, town.papers[number % len(town.papers)]))
        for number, voter in enumerate(town.voters)
    ] * PRESSES
    random.Random(8).shuffle(presses)

    def press(one: tuple[int, dict[str, Any], dict[str, Any]]) -> tuple[int, int, str]:
        number, data, carried = one
        browser = own_app.test_client()
        with browser.session_transaction() as cookie:
            cookie.update(carried)
        answer = browser.post(f"/c/{town.slug}/vote/check", data=data)
        with browser.session_transaction() as cookie:
            return number, answer.status_code, cookie.get("vote_receipt", "")

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(press, presses))
    assert Counter(status for _, status, _ in answers) == {302: PEOPLE * PRESSES}
    receipts = {(number, receipt) for number, _, receipt in answers}
    assert len(receipts) == PEOPLE and all(receipt for _, receipt in receipts)
    assert town.read(select(func.count()).select_from(Participation)) == [(PEOPLE,)]
    assert town.read(select(func.count(), func.max(Ballot.revision))) == [(PEOPLE, 1)]
