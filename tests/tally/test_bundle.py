"""A result bundle: the same bytes every time, and every change to it found."""

import io
import json
import random
import subprocess
import sys
import zipfile
from dataclasses import replace

import pytest

from pb_portal.tally import Area, Ballot, Election, Limits, Project, commit
from pb_portal.tally.bundle import (
    BundleError,
    LotRecord,
    Part,
    build,
    canonical,
    ed25519,
    signer,
    verify,
)
from pb_portal.tally.bundle.archive import pack

KEY, SEED = bytes(range(32)), b"seed of the lot"
META = {
    "description": "A vote",
    "country": "Kazakhstan",
    "unit": "Almaty",
    "instance": "2026",
    "date_begin": "27.10.2026",
    "date_end": "09.11.2026",
}


def election(voters: int, seed: int, **more) -> Election:
    chance = random.Random(seed)
    ids = [str(seed * 100 + number) for number in range(8)]
    return Election(
        projects=tuple(Project(one, chance.randint(2, 9) * 1000, f"No {one}") for one in ids),
        ballots=tuple(Ballot(tuple(chance.sample(ids, 3))) for _ in range(voters)),
        budget=20_000,
        currency="KZT",
        scale=0,
        limits=Limits(max_length=3, min_score=5),
        meta=META,
        **more,
    )


def make(parts=None, **more):
    parts = parts or [
        Part(Area("almaly", election(300, 1), "greedy-threshold:threshold=40")),
        Part(Area("medeu", election(300, 2), "equal-shares/add1-overspend")),
        Part(Area("few", election(40, 3), "greedy"), withheld=True),
    ]
    ballots = sum(part.area.election.voters for part in parts)
    rule_book = {
        "counting_rule": "greedy",
        "lot_commitment": commit(SEED),
        "minimum_votes": 5,
        "options": {"area_rules": {part.area.code: part.area.rule for part in parts}},
    }
    head = {"size": ballots + 60, "root": "00ff", "at": "2026-11-09", "cycle": "bnu-2026"}
    given = {
        "rule_book": rule_book,
        "lot": LotRecord(SEED, commit(SEED), {"committed_at": "2026-10-20"}),
        "ledger": {
            "heads": [{**head, "signature": signer(KEY)(canonical(head))[1].hex()}],
            "ballots": ballots,
            "set_aside": 59,
            "declarations": 1,
        },
        "about": {"cycle": "bnu-2026", "turnout": {"ballots": ballots, "blank": 0}},
        "sign": signer(KEY),
    }
    return build(parts, **(given | more))


def report_of(data: bytes, **more):
    return verify(io.BytesIO(data), **more)


def said(report, kind: str) -> str:
    return "\n".join(one.text for one in report.findings if one.kind == kind)


def test_a_bundle_is_the_same_bytes_every_time_and_holds():
    bundle = make()
    assert make().data == bundle.data
    report = report_of(bundle.data, key=signer(KEY)(b"")[0].hex())
    assert report.holds, said(report, "differs")
    assert "byte for byte" in said(report, "holds")
    assert "That is the key you named." in said(report, "holds")


def test_ballots_of_few_are_not_in_it_and_their_greedy_result_is_recounted_from_totals():
    bundle = make()
    assert "areas/few.pb" not in bundle.members
    stated = json.loads(bundle.members["areas/few.totals.json"])
    assert set(stated) & {"votes", "voters"} == set()
    assert "few: 40 ballots counted by greedy" in said(report_of(bundle.data), "holds")


def test_ballots_of_few_under_equal_shares_are_said_not_to_be_recounted():
    bundle = make([Part(Area("few", election(40, 3), "equal-shares"), withheld=True)])
    report = report_of(bundle.data)
    assert report.holds
    assert "not recounted" in said(report, "note")


@pytest.mark.parametrize("vote_type", ["cumulative", "ordinal", "scoring"])
def test_totals_of_points_and_ranks_are_recounted(vote_type):
    own = election(60, 4, vote_type=vote_type)
    if vote_type != "ordinal":
        own = replace(own, ballots=tuple(replace(one, points=(3, 2, 1)) for one in own.ballots))
    report = report_of(make([Part(Area("few", own, "greedy"), withheld=True)]).data)
    assert report.holds, said(report, "differs")


def test_money_left_over_moves_to_the_city():
    one, two, city = (election(200, seed) for seed in (5, 6, 7))
    areas = [
        Part(Area("city", city, "greedy", takes_from=("one", "two"))),
        Part(Area("one", one, "greedy")),
        Part(Area("two", two, "greedy")),
    ]
    bundle = make(areas)
    left = sum(
        bundle.outcomes[code].budget - bundle.outcomes[code].total_cost for code in ("one", "two")
    )
    assert left > 0
    assert bundle.outcomes["city"].budget == 20_000 * 100 + left
    assert report_of(bundle.data).holds


def repacked(bundle, **changed: bytes) -> bytes:
    """Members replaced, the manifest left as it was."""
    return pack({**bundle.members, **changed})


def resigned(bundle, **changed: bytes) -> bytes:
    """Members replaced by one who holds the key."""
    members = {**bundle.members, **changed}
    manifest = json.loads(members["manifest.json"])
    for name, data in changed.items():
        manifest["members"][name] = {"bytes": len(data), "sha256": commit(data)}
    members["manifest.json"] = canonical(manifest)
    key, signature = signer(KEY)(members["manifest.json"])
    members["signature.json"] = canonical(
        {
            "algorithm": "Ed25519",
            "key": key.hex(),
            "signature": signature.hex(),
            "signs": "manifest.json",
        }
    )
    return pack(members)


def test_any_changed_byte_of_any_member_is_found():
    bundle = make()
    chance = random.Random(1)
    for name, data in bundle.members.items():
        for _ in range(4):
            at = chance.randrange(len(data))
            other = data[:at] + bytes([data[at] ^ 1 << chance.randrange(7)]) + data[at + 1 :]
            try:
                assert not report_of(repacked(bundle, **{name: other})).holds, (name, at)
            except BundleError:
                continue


def test_a_ballot_changed_by_the_holder_of_the_key_is_found_by_the_recount():
    bundle = make()
    lines = bundle.members["areas/almaly.pb"].decode().splitlines()
    lines = [*lines[:-30], *(line.rpartition(";")[0] + ";101" for line in lines[-30:])]
    report = report_of(resigned(bundle, **{"areas/almaly.pb": "\n".join(lines).encode()}))
    assert "almaly: project 101: " in said(report, "differs")
    assert "does not give result.json byte for byte" in said(report, "differs")


def test_a_winner_changed_by_the_holder_of_the_key_is_named():
    bundle = make()
    result = json.loads(bundle.members["result.json"])
    dropped = result["areas"][0]["selected"].pop()
    report = report_of(resigned(bundle, **{"result.json": canonical(result)}))
    assert f"almaly: the recount selects {dropped}, which the result does not." in said(
        report, "differs"
    )


def test_another_seed_than_the_committed_one_is_found():
    bundle = make(lot=LotRecord(b"another", commit(SEED)))
    assert "not the one committed to" in said(report_of(bundle.data), "differs")


def test_a_bundle_without_signature_or_by_another_key_does_not_hold():
    bundle = make()
    members = {name: data for name, data in bundle.members.items() if name != "signature.json"}
    assert "not signed" in said(report_of(pack(members)), "differs")
    assert "another key" in said(report_of(bundle.data, key="00" * 32), "differs")


def test_more_ballots_than_leaves_are_found():
    bundle = make(ledger={"heads": [{"size": 600, "root": "00", "at": ""}], "ballots": 640})
    assert "more than the ledger has leaves" in said(report_of(bundle.data), "differs")


def test_signatures_of_heads_are_checked():
    head = {"size": 700, "root": "00ff", "at": "2026-11-09"}
    head["cycle"] = "bnu-2026"
    good = {**head, "signature": signer(KEY)(canonical(head))[1].hex()}
    assert "All 1 signatures" in said(report_of(make(ledger={"heads": [good]}).data), "holds")
    bad = {**good, "size": 701}
    assert "do not fit" in said(report_of(make(ledger={"heads": [bad]}).data), "differs")


@pytest.mark.parametrize(
    "data", [b"", b"no zip", pack({"manifest.json": b"{}"}), pack({"manifest.json": b"["})]
)
def test_what_is_no_bundle_is_refused(data):
    with pytest.raises(BundleError):
        report_of(data)


def test_a_bundle_that_unpacks_to_too_much_or_leaves_its_folder_is_refused():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("../manifest.json", "{}")
    with pytest.raises(BundleError, match="name is not allowed"):
        report_of(target.getvalue())


def test_the_command_says_what_differs_and_answers_by_its_status(tmp_path):
    bundle = make()
    good, bad, none = tmp_path / "good.zip", tmp_path / "bad.zip", tmp_path / "none.zip"
    good.write_bytes(bundle.data)
    bad.write_bytes(repacked(bundle, **{"lot.json": b"{}"}))
    none.write_bytes(b"none")
    key = signer(KEY)(b"")[0].hex()
    for path, status, named in ((good, 0, key), (good, 3, ""), (bad, 1, key), (none, 2, key)):
        done = subprocess.run(
            [sys.executable, "-m", "pb_portal.tally", "verify", str(path), "--key", named],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
    assert done.stderr == "The file is not a zip archive, or is damaged.\n"


def test_signatures_are_checked_as_the_standard_says():
    """RFC 8032, section 7.1, tests 1 to 3, and changed ones."""
    vectors = [
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e"
            "39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f"
            "3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
        (
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67"
            "f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ),
    ]
    for key, message, signature in (map(bytes.fromhex, one) for one in vectors):
        assert ed25519.verify(key, message, signature)
        assert not ed25519.verify(key, message + b"x", signature)
        assert not ed25519.verify(key, message, signature[:-1] + b"\x01")
        assert not ed25519.verify(key[:-1] + b"\x00", message, signature)
    assert not ed25519.verify(b"", b"", b"")
