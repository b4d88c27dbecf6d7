"""A login at an OpenID Connect provider opens the ballot, and nothing else does."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import socket
import threading
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from sqlalchemy import func, select

from pb_portal.accounts.models import Person
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.rule_book import RuleBook
from pb_portal.register.identity import oidc_client
from pb_portal.register.identity.oidc_client import Client
from pb_portal.voting.models import VoterSession
from pb_portal.voting.views.visit import LOGIN
from tests.factories.voting import make_iin, make_vote, make_voter, post, vote
from tests.provider import free_port, log_in, running_provider

RULES = RuleBook(options={"identity": ["phone", "openid"]})
BACK = "/vote/openid/back"


@pytest.fixture(autouse=True)
def at_once(app):
    app.config["IDENTITY_PACE"] = 0.0
    oidc_client.forget()
    yield
    app.config.pop("IDENTITY_PACE")
    oidc_client.forget()


@pytest.fixture
def use(app):
    """Let the portal use a provider."""
    kept = app.config["SETTINGS"]

    def change(issuer: str, **more: str) -> None:
        values = {"oidc_issuer": issuer, "oidc_client_id": "portal", "oidc_client_secret": "x"}
        app.config["SETTINGS"] = kept.model_copy(update={**values, **more})

    yield change
    app.config["SETTINGS"] = kept


def go(client, slug):
    """To the provider; returns the address and what it was asked."""
    answer = client.get(f"/c/{slug}/vote/openid/go")
    assert answer.status_code == 302, answer.text
    asked = {k: v[0] for k, v in parse_qs(urlsplit(answer.location).query).items()}
    return answer.location, asked


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def test_a_login_at_a_real_provider_opens_the_ballot(client, session, use):
    cycle, papers = make_vote(session, rules=RULES)
    voter = make_voter(session, cycle)
    people = session.scalar(select(func.count()).select_from(Person))
    with running_provider({"sub": "anna", "iin": voter.iin}) as issuer:
        use(issuer)
        for locale in ("kk", "ru", "en"):
            client.page(f"/c/{cycle.slug}/vote/openid", locale=locale)
        answer = post(client, f"/c/{cycle.slug}/vote", {"way": "openid"})
        assert answer.location == f"/c/{cycle.slug}/vote/openid"
        address, asked = go(client, cycle.slug)
        assert asked["code_challenge_method"] == "S256" and asked["response_type"] == "code"
        with client.session_transaction() as cookie:
            kept = dict(cookie[LOGIN])
        digest = hashlib.sha256(kept["verifier"].encode()).digest()
        assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]
        back = log_in(address, "anna")
        answer = client.get(path_of(back))
        assert answer.location == f"/c/{cycle.slug}/vote/ballot"
    assert vote(client, cycle.slug, [papers[0].id]).location.endswith("/vote/done")
    row = session.scalars(select(VoterSession)).one()
    assert (row.how, row.voter_key) == ("openid", voter.key)
    assert session.scalar(select(func.count()).select_from(Person)) == people, "no account"
    with client.session_transaction() as cookie:
        assert LOGIN not in cookie
        assert not any("eyJ" in str(value) for value in dict(cookie).values()), "no token is kept"


def test_an_answer_works_once_and_only_in_the_browser_that_asked(app, client, session, use):
    cycle, _ = make_vote(session, rules=RULES)
    voter = make_voter(session, cycle)
    with running_provider({"sub": "anna", "iin": voter.iin}) as issuer:
        use(issuer)
        address, _asked = go(client, cycle.slug)
        back = path_of(log_in(address, "anna"))
        stranger = app.test_client()
        assert stranger.get(back).location == "/", "another browser knows of no login"
        forged = back.replace("state=", "state=x")
        assert "does not fit your question" in client.get(forged).text
        assert client.get(back).location == "/", "the question is used up"
        address, _asked = go(client, cycle.slug)
        back = path_of(log_in(address, "anna"))
        assert client.get(back).status_code == 302
        assert client.get(back).location == "/", "a replayed answer opens nothing"
        assert len(session.scalars(select(VoterSession)).all()) == 1


@pytest.mark.parametrize("field", ["nonce", "verifier"])
def test_a_login_begun_otherwise_is_refused(client, session, use, field):
    cycle, _ = make_vote(session, rules=RULES)
    voter = make_voter(session, cycle)
    with running_provider({"sub": "anna", "iin": voter.iin}) as issuer:
        use(issuer)
        address, _asked = go(client, cycle.slug)
        back = path_of(log_in(address, "anna"))
        if field == "nonce":
            with client.session_transaction() as cookie:
                cookie[LOGIN] = {**cookie[LOGIN], "nonce": "another"}
        else:
            with client.session_transaction() as cookie:
                cookie[LOGIN] = {**cookie[LOGIN], "begun": cookie[LOGIN]["begun"] - 601}
        answer = client.get(back)
        assert answer.status_code == 422 and "does not fit your question" in answer.text
    assert session.scalars(select(VoterSession)).all() == []


def test_unknown_and_mismatched_people_are_refused_alike(client, session, use):
    cycle, _ = make_vote(session, rules=RULES)
    voter = make_voter(session, cycle)
    people = [
        {"sub": "unknown", "iin": make_iin(voter.born), "born": "1990-05-31"},
        {"sub": "other", "iin": voter.iin, "born": "1991-01-01"},
    ]
    pages = set()
    with running_provider(*people) as issuer:
        use(issuer, oidc_birth_date_claim="born")
        for person in people:
            address, _asked = go(client, cycle.slug)
            answer = client.get(path_of(log_in(address, person["sub"])))
            assert answer.status_code == 422
            pages.add(re.sub(r"next=[^\"]*", "", answer.text))
    assert len(pages) == 1
    page = pages.pop()
    assert "cannot be opened with these data" in page and "vote/help" in page


@pytest.mark.parametrize("iin", ["", "123", "900531300000"])
def test_a_claim_that_is_no_iin_is_refused(client, session, use, iin):
    cycle, _ = make_vote(session, rules=RULES)
    with running_provider({"sub": "anna", "iin": iin}) as issuer:
        use(issuer)
        address, _asked = go(client, cycle.slug)
        assert client.get(path_of(log_in(address, "anna"))).status_code == 422


def test_whoever_declines_there_is_told_so(client, session, use):
    cycle, _ = make_vote(session, rules=RULES)
    with running_provider() as issuer:
        use(issuer)
        _address, asked = go(client, cycle.slug)
        answer = client.get(f"{BACK}?error=access_denied&state={asked['state']}")
        assert answer.status_code == 422 and "You did not log in" in answer.text


def test_a_dead_provider_is_a_sentence_and_the_next_one_does_not_wait(client, session, use):
    cycle, _ = make_vote(session, rules=RULES)
    use(f"http://127.0.0.1:{free_port()}")
    answer = client.get(f"/c/{cycle.slug}/vote/openid/go")
    assert answer.status_code == 422
    assert "does not answer now" in answer.text and f"/c/{cycle.slug}/vote" in answer.text


def test_a_hanging_provider_costs_one_time_out_and_never_a_ballot_page(client, session, use):
    cycle, _ = make_vote(session, rules=RULES)
    with socket.create_server(("127.0.0.1", 0)) as server:
        use(f"http://127.0.0.1:{server.getsockname()[1]}")
        started = time.monotonic()
        assert "does not answer now" in client.get(f"/c/{cycle.slug}/vote/openid/go").text
        assert time.monotonic() - started < 7
        started = time.monotonic()
        for _ in range(5):
            assert client.get(f"/c/{cycle.slug}/vote/openid/go").status_code == 422
        assert time.monotonic() - started < 1, "it is known to be silent"


def test_at_most_two_requests_wait_for_a_provider(use):
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = Client(f"http://127.0.0.1:{server.getsockname()[1]}", "portal", "x", "http://b")
        spent: list[float] = []

        def ask() -> None:
            started = time.monotonic()
            with pytest.raises(Refusal):
                client.begin("x", 0)
            spent.append(time.monotonic() - started)

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert sorted(spent)[5] < 1.5, "six of eight were told at once"


def test_without_a_provider_the_way_is_not_offered(client, session):
    cycle, _ = make_vote(session, rules=RULES)
    assert "Mobile phone" in client.page(f"/c/{cycle.slug}/vote")
    for page in ("openid", "openid/go"):
        assert client.get(f"/c/{cycle.slug}/vote/{page}").location == f"/c/{cycle.slug}/vote"
    only, _ = make_vote(session, rules=RuleBook(options={"identity": ["openid"]}))
    assert client.get(f"/c/{only.slug}/vote").location == f"/c/{only.slug}/vote/help"


ISSUER = "https://idp.example"
KEY = RSAKey.generate_key(2048, {"kid": "one"})
AT = 1_900_000_000
GOOD = {"iss": ISSUER, "aud": "portal", "exp": AT + 300, "iat": AT, "nonce": "n", "iin": "1"}


@pytest.fixture
def checker(monkeypatch):
    client = Client(ISSUER, "portal", "secret", "https://portal.example/back")
    public = KeySet([KEY]).as_dict(private=False)
    answers = {"jwks_uri": "keys", "issuer": ISSUER}
    monkeypatch.setattr(
        oidc_client, "_fetch", lambda issuer, url: public if url == "keys" else answers
    )
    return client


def signed(claims, *, key=KEY, alg="RS256"):
    return jwt.encode({"alg": alg, "kid": "one"}, claims, key, algorithms=[alg])


def test_a_token_signed_for_this_login_is_believed(checker):
    assert checker.check(signed(GOOD), "n", AT)["iin"] == "1"
    both = {**GOOD, "aud": ["portal", "other"], "azp": "portal"}
    assert checker.check(signed(both), "n", AT)["iin"] == "1"


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "another"},
        {"aud": "another"},
        {"aud": ["portal", "other"]},
        {"azp": "other"},
        {"iss": "https://evil.example"},
        {"exp": AT - 3600},
        {"iat": AT + 3600},
        *({missing: None} for missing in ("nonce", "aud", "iss", "exp", "iat")),
    ],
)
def test_a_token_for_anything_else_is_refused(checker, changes):
    claims = {k: v for k, v in {**GOOD, **changes}.items() if v is not None}
    with pytest.raises(Refusal) as refused:
        checker.check(signed(claims), "n", AT)
    assert refused.value.code == "identity.provider_wrong"


def forgeries():
    head, body, mark = signed(GOOD).split(".")
    inner = json.loads(base64.urlsafe_b64decode(body + "=="))
    changed = json.dumps({**inner, "iin": "2"}).encode()
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    secret = OctKey.import_key("secret-of-the-client-that-both-sides-know")
    yield ".".join((head, base64.urlsafe_b64encode(changed).rstrip(b"=").decode(), mark))
    yield ".".join((none, body, ""))
    yield signed(GOOD, key=secret, alg="HS256")
    yield signed(GOOD, key=RSAKey.generate_key(2048, {"kid": "one"}))
    yield signed(GOOD, key=RSAKey.generate_key(2048, {"kid": "two"}))
    yield from ("", "a.b", "a.b.c", "....", "x" * 5000)


@pytest.mark.parametrize("number", range(10))
def test_a_forged_token_is_refused(checker, number):
    with pytest.raises(Refusal) as refused:
        checker.check(list(forgeries())[number], "n", AT)
    assert refused.value.code == "identity.provider_wrong"
