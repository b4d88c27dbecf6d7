"""The pages on which a receipt is checked, the proof as a file, the published heads."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pb_portal import jobs
from pb_portal.tally.receipt import command
from tests.factories.voting import make_vote, make_voter, post, prove, vote
from tests.rooms.voting.test_sealing import SIGNER, cast, proof_of, seal
from tests.rooms.voting.test_views import receipt_on

ROOT = Path(__file__).resolve().parents[3]
SCRIPTS = ROOT / "pb_portal/static/src/js"


@pytest.fixture(autouse=True)
def at_once(app):
    app.config["IDENTITY_PACE"] = 0.0
    yield
    app.config.pop("IDENTITY_PACE")


@pytest.fixture
def sealed(session, tmp_path):
    """A cycle, a receipt, and the file of its proof."""
    cycle, papers = make_vote(session)
    receipt = [cast(session, cycle, papers) for _ in range(3)][1]
    seal(session, cycle)
    path = tmp_path / "proof.json"
    path.write_bytes(proof_of(session, cycle, receipt))
    return cycle, receipt, path


def test_from_the_last_page_to_the_proof_without_typing(client, session):
    cycle, papers = make_vote(session)
    prove(client, session, cycle.slug, make_voter(session, cycle))
    vote(client, cycle.slug, [papers[0].id])
    done = f"/c/{cycle.slug}/vote/done"
    code = receipt_on(client.page(done))
    assert f'value="{code}" formaction="/c/{cycle.slug}/receipt"' in client.page(done)
    asked = post(client, f"/c/{cycle.slug}/receipt", {"receipt": code}, at=done)
    page = asked.get_data(as_text=True)
    assert "Yes, this ballot is in the box" in page and "within half a minute" in page
    waiting = post(client, f"/c/{cycle.slug}/receipt/proof", {"receipt": code}, at="/verify")
    assert waiting.status_code == 409
    jobs.seal_batches(datetime.now(UTC))
    page = post(client, f"/c/{cycle.slug}/receipt", {"receipt": code}).get_data(as_text=True)
    assert "It is sealed in batch 1 of the ledger." in page and "Download the proof" in page
    file = post(client, f"/c/{cycle.slug}/receipt/proof", {"receipt": code}, at="/verify")
    assert file.status_code == 200 and "attachment" in file.headers["Content-Disposition"]
    assert set(file.json) == {"batch", "cycle", "format", "head", "key", "leaf", "tree"}


def test_any_vote_is_checked_on_one_page(client, session, sealed):
    cycle, receipt, _ = sealed
    for locale in ("kk", "ru", "en"):
        client.page("/verify", locale=locale)
    data = {"receipt": receipt, "cycle": cycle.slug}
    assert "in batch 1 of" in post(client, "/verify", data).get_data(as_text=True)
    wrong = {**data, "receipt": "1" * 24}
    page = post(client, "/verify", wrong)
    assert page.status_code == 200 and "no ballot with this code" in page.get_data(as_text=True)
    assert post(client, "/verify", {**data, "cycle": "other"}).status_code == 422
    assert post(client, "/verify", {**data, "receipt": ""}).status_code == 422
    assert SIGNER.public_key in client.page("/verify")


def test_without_a_ballot_there_is_no_proof(client, session, sealed):
    cycle, _, _ = sealed
    path = f"/c/{cycle.slug}/receipt/proof"
    for receipt in ("1" * 24, "", "<b>"):
        assert post(client, path, {"receipt": receipt}, at="/verify").status_code == 404
    assert client.get(path).status_code == 405


def test_heads_are_published_in_pages_and_lead_on(client, session, sealed, monkeypatch):
    cycle, _, _ = sealed
    for _ in range(4):
        seal(session, cycle)
    monkeypatch.setattr("pb_portal.voting.views.ledger.HEADS", 2)
    path, numbers = f"/c/{cycle.slug}/ledger/heads.json", []
    while path:
        answer = client.get(path)
        assert answer.headers["Cache-Control"] == "public, max-age=5"
        numbers += [head["batches"] for head in answer.json["heads"]]
        assert answer.json["key"] == SIGNER.public_key
        path = answer.json["older"]
    assert numbers == [5, 4, 3, 2, 1]
    between = f"/c/{cycle.slug}/ledger/consistency.json"
    assert client.get(f"{between}?first=2&second=5").json["path"]
    for query in ("", "?first=0&second=2", "?first=3&second=2", f"?first=1&second={9**30}"):
        assert client.get(between + query).status_code == 404


def run(*arguments) -> subprocess.CompletedProcess[str]:
    """The command with nothing but Python: no packages, no portal, no environment."""
    code = "import sys; from pb_portal.tally.__main__ import main; sys.exit(main())"
    argv = [sys.executable, "-S", "-E", "-c", code, "receipt", *map(str, arguments)]
    return subprocess.run(argv, cwd=ROOT, env={}, capture_output=True, text=True, check=False)


def test_the_command_checks_a_proof_with_nothing_but_python(client, session, sealed, tmp_path):
    cycle, receipt, path = sealed
    for _ in range(3):
        seal(session, cycle)
    heads = tmp_path / "heads.json"
    heads.write_bytes(client.get(f"/c/{cycle.slug}/ledger/heads.json").data)
    good = run(path, "--receipt", receipt, "--key", SIGNER.public_key, "--head", heads)
    assert (good.returncode, good.stderr) == (0, ""), good
    assert "The ballot lies in the ledger" in good.stdout
    assert "THE SIGNER IS UNKNOWN" not in good.stdout
    assert "THE SIGNER IS UNKNOWN" in run(path).stdout.splitlines()[-1]
    newest = tmp_path / "head.json"
    newest.write_text(json.dumps(json.loads(heads.read_text())["heads"][0]))
    assert run(path, "--head", newest).returncode == 1
    further = tmp_path / "further.json"
    further.write_bytes(
        client.get(f"/c/{cycle.slug}/ledger/consistency.json?first=1&second=4").data
    )
    assert run(path, "--head", newest, "--consistency", further).returncode == 0
    assert run(path, "--receipt", "1" * 24).returncode == 1
    assert run(path, "--key", "00" * 32).returncode == 1
    assert run(tmp_path / "none.json").returncode == 2
    leaves = tmp_path / "leaves.txt"
    leaves.write_text(json.loads(path.read_text())["leaf"] + "\n")
    assert run(path, "--leaves", leaves).returncode == 0
    leaves.write_text("ab" * 32 + "\n")
    assert run(path, "--leaves", leaves).returncode == 1


def test_a_proof_with_any_byte_changed_fails(sealed, tmp_path, capsys):
    _, receipt, path = sealed
    whole, changed = path.read_bytes(), tmp_path / "changed.json"
    for place in range(len(whole)):
        byte = whole[place] ^ (1 + place % 7)
        changed.write_bytes(whole[:place] + bytes([byte]) + whole[place + 1 :])
        assert command.main([str(changed), "--receipt", receipt]) in (1, 2), place
    for cut in (0, 1, len(whole) // 2, len(whole) - 1):
        changed.write_bytes(whole[:cut])
        assert command.main([str(changed)]) == 2
    capsys.readouterr()


def test_a_forger_without_the_key_cannot_make_a_proof(session, sealed, tmp_path, capsys):
    """One's own batch, tree and key, signed properly: only the city's key gives it away."""
    from pb_portal.signing import Signer
    from pb_portal.voting.ledger import batches, proofs, sealing
    from tests.rooms.voting.test_sealing import keys_of

    cycle, papers = make_vote(session)
    receipt = cast(session, cycle, papers)
    one = sealing.Round(cycle.id, cycle.slug, True)
    draft = sealing.prepare(session, one, keys_of(cycle), Signer("forger"))
    sealing.store(session, draft)
    place = proofs.find_place(session, cycle.id, receipt, keys_of(cycle))
    forged = tmp_path / "forged.json"
    forged.write_bytes(proofs.proof_of(session, cycle.id, cycle.slug, place, keys_of(cycle)))
    assert batches.newest(session, cycle.id)[0].public_key != SIGNER.public_key
    assert command.main([str(forged)]) == 0
    assert command.main([str(forged), "--key", SIGNER.public_key]) == 1
    capsys.readouterr()


LOOK = """
import { check, load } from "./proof_check.mjs";
import { readFileSync } from "node:fs";
const [, , path, receipt, key] = process.argv;
const whole = readFileSync(path);
const steps = await check(load(whole.toString()), receipt, key);
const odd = [];
for (let at = 0; at < whole.length; at += 1) {
  const changed = Buffer.from(whole);
  changed[at] ^= 1 + (at % 7);
  const proof = load(changed.toString());
  if (proof && (await check(proof, receipt, key)).every(([, holds]) => holds)) odd.push(at);
}
console.log(JSON.stringify({ steps, odd }));
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="no Node.js here")
def test_the_browsers_own_check_agrees_with_the_command(sealed, tmp_path):
    _, receipt, path = sealed
    for name in ("sha256", "proof_check"):
        text = (SCRIPTS / f"{name}.js").read_text("utf-8")
        (tmp_path / f"{name}.mjs").write_text(re.sub(r'"\./(\w+)\.js"', r'"./\1.mjs"', text))
    (tmp_path / "look.mjs").write_text(LOOK)
    argv = ["node", str(tmp_path / "look.mjs"), str(path), receipt, SIGNER.public_key]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert told["odd"] == []
    assert dict(told["steps"]) == dict.fromkeys(
        ("receipt", "batch", "tree", "signature", "key"), True
    )
