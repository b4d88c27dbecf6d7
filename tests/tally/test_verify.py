"""A bundle is not believed about itself: what a forger or an insider changes is found or said to be
unchecked, and nothing in a file ends in anything but findings or one sentence."""

import io
import json
import random
import struct
import zipfile
from dataclasses import replace

import pytest

from pb_portal.tally import Area, commit
from pb_portal.tally.bundle import BundleError, Part, canonical, poll, signer, verify
from pb_portal.tally.bundle.archive import pack
from pb_portal.tally.bundle.command import main
from pb_portal.tally.receipt import tree
from tests.tally.test_bundle import KEY, SEED, election, make, said
from tests.tally.test_draws import CASES

FORGER = bytes(range(1, 33))
CITY = signer(KEY)(b"")[0].hex()
#: Told to readers, and nothing outside the bundle says otherwise.
FREE_WORDS = (
    ("lot.json", "committed_at"),
    ("rules.json", "about"),
    ("manifest.json", "names"),
    ("areas/few.totals.json", "name"),
)
LEAVES = sorted(tree.leaf_hash(b"%d" % number).hex() for number in range(700))


def parts():
    return [
        Part(Area("almaly", election(300, 1), "greedy"), about={"names": {"en": "Almaly"}}),
        Part(Area("medeu", election(310, 2), "equal-shares/add1-overspend")),
        Part(Area("few", election(40, 3), "greedy"), withheld=True),
    ]


def city_bundle(changed=None, **more):
    """An honest vote of 650 ballots and 700 leaves; ``changed`` parts are counted and signed as if
    they were the vote, beside the ledger of the real one."""
    root, size = tree.root_of_leaves(map(bytes.fromhex, LEAVES))
    head = {"size": size, "root": root.hex(), "at": "2026-11-09", "cycle": "bnu-2026"}
    own = {part.area.code: part.area.rule for part in parts()}
    given = {
        "ledger": {
            "heads": [{**head, "signature": signer(KEY)(canonical(head))[1].hex()}],
            "key": CITY,
            "ballots": 650,
            "set_aside": 48,
            "declarations": 2,
        },
        "about": {
            "cycle": "bnu-2026",
            "names": {"en": "PB 2026"},
            "turnout": {"ballots": 650, "blank": 0, "voters": 650, "channels": {"portal": 650}},
        },
        "rule_book": {
            "counting_rule": "greedy",
            "lot_commitment": commit(SEED),
            "minimum_votes": 5,
            "ballot_type": "approval",
            "options": {"area_rules": own},
        },
    }
    return make(changed or parts(), **(given | more))


def published():
    """What a careful reader kept from the city's pages."""
    bundle = city_bundle()
    rules = json.loads(bundle.members["rules.json"])
    heads = json.loads(bundle.members["ledger.json"])["heads"]
    return {
        "key": CITY,
        "rules": rules["rule_book_sha256"],
        "leaves": [f"{leaf}\n".encode() for leaf in LEAVES],
        "heads": json.dumps({"cycle": "bnu-2026", "heads": heads, "key": CITY}).encode(),
        "poll": json.dumps(poll([part.area for part in parts()])).encode(),
    }


def report_of(data: bytes, **more):
    return verify(io.BytesIO(data), **more)


def signed_anew(members, key=KEY, **changed: bytes) -> bytes:
    """Members replaced by whoever holds this key, digests, lengths and signature made to fit."""
    members = {**members, **changed}
    manifest = json.loads(members["manifest.json"])
    manifest["members"] = {
        name: {"bytes": len(data), "sha256": commit(data)}
        for name, data in members.items()
        if name not in ("manifest.json", "signature.json")
    }
    members["manifest.json"] = canonical(manifest)
    public, signature = signer(key)(members["manifest.json"])
    members["signature.json"] = canonical(
        {"algorithm": "Ed25519", "key": public.hex(), "signature": signature.hex()}
        | {"signs": "manifest.json"}
    )
    return pack(members)


def test_everything_the_reader_holds_fits_an_honest_bundle():
    report = report_of(city_bundle().data, **published())
    assert report.holds and report.signer_known, said(report, "differs")
    (unchecked,) = report.unchecked
    assert unchecked.startswith("That each published ballot is the one a leaf was made of")


def test_without_anything_to_compare_with_it_says_what_was_not_checked():
    report = report_of(city_bundle().data)
    assert report.holds and not report.signer_known
    unchecked = "\n".join(report.unchecked)
    for option in ("--key", "--rules", "--leaves", "--heads", "--poll"):
        assert option in unchecked


def without(part, number: int):
    ballots = part.area.election.ballots[number:]
    return replace(
        part, area=replace(part.area, election=replace(part.area.election, ballots=ballots))
    )


def with_more(part, number: int):
    own = part.area.election
    more = replace(own, ballots=own.ballots + own.ballots[:1] * number)
    return replace(part, area=replace(part.area, election=more))


def priced(part, cost: int):
    own = part.area.election
    projects = (replace(own.projects[0], cost=cost), *own.projects[1:])
    return replace(part, area=replace(part.area, election=replace(own, projects=projects)))


def ruled(part, rule: str):
    return replace(part, area=replace(part.area, rule=rule))


ALMALY, MEDEU, SMALL = parts()
FORGED = {
    "another rule": [ruled(ALMALY, "greedy-no-skip"), MEDEU, SMALL],
    "another option of a rule": [ALMALY, ruled(MEDEU, "equal-shares/add1-exhaustive"), SMALL],
    "30 ballots removed": [without(ALMALY, 30), MEDEU, SMALL],
    "5,000 ballots added": [with_more(ALMALY, 5000), MEDEU, SMALL],
    "an area left out": [ALMALY, MEDEU],
    "an area added": [*parts(), Part(Area("new", election(300, 9), "greedy"))],
    "totals instead of many ballots": [replace(ALMALY, withheld=True), MEDEU, SMALL],
}
#: Nothing in the bundle contradicts these; what the reader kept does.
FORGED_WHOLE = {
    "another price": [priced(ALMALY, 1000), MEDEU, SMALL],
    "ballots exchanged": [with_more(without(ALMALY, 30), 30), MEDEU, SMALL],
}


@pytest.mark.parametrize("what", FORGED)
@pytest.mark.parametrize("key", [KEY, FORGER])
def test_what_the_rule_book_or_the_ledger_contradicts_differs(what, key):
    data = signed_anew(city_bundle(FORGED[what]).members, key)
    assert not report_of(data).holds
    assert not report_of(data, **published()).holds
    assert report_of(signed_anew(city_bundle().members, key)).holds


def test_what_only_the_published_poll_contradicts_is_found_with_it():
    data = city_bundle(FORGED_WHOLE["another price"]).data
    assert report_of(data).holds
    assert "--poll" in "\n".join(report_of(data).unchecked)
    assert "The poll is not the one you named." in said(
        report_of(data, poll=published()["poll"]), "differs"
    )


def test_exchanged_ballots_are_said_not_to_be_checked():
    report = report_of(city_bundle(FORGED_WHOLE["ballots exchanged"]).data, **published())
    assert "each published ballot is the one a leaf was made of" in "\n".join(report.unchecked)


def test_an_insider_with_another_ledger_is_found_by_leaves_and_heads():
    root, size = tree.root_of_leaves(map(bytes.fromhex, LEAVES[:-30]))
    head = {"size": size, "root": root.hex(), "at": "2026-11-09", "cycle": "bnu-2026"}
    ledger = {
        "heads": [{**head, "signature": signer(KEY)(canonical(head))[1].hex()}],
        "key": CITY, "ballots": 620, "set_aside": 48, "declarations": 2,
    }  # fmt: skip
    about = {"cycle": "bnu-2026", "turnout": {"ballots": 620, "blank": 0}}
    data = city_bundle([without(ALMALY, 30), MEDEU, SMALL], ledger=ledger, about=about).data
    assert report_of(data, key=CITY).holds
    kept = published()
    assert "list of leaves is not the one" in said(
        report_of(data, leaves=kept["leaves"]), "differs"
    )
    assert "heads after the close are not those" in said(
        report_of(data, heads=kept["heads"]), "differs"
    )


def test_another_rule_book_is_found_by_its_digest_and_another_signer_by_the_key():
    book = {"counting_rule": "greedy-no-skip", "lot_commitment": commit(SEED), "minimum_votes": 5}
    data = city_bundle([ruled(part, "greedy-no-skip") for part in parts()], rule_book=book).data
    assert report_of(data).holds
    assert "another rule book" in said(report_of(data, rules=published()["rules"]), "differs")
    forged = signed_anew(city_bundle().members, FORGER)
    assert not report_of(forged).signer_known
    assert "another key" in said(report_of(forged, key=CITY), "differs")


def test_kept_heads_that_the_key_did_not_sign_are_not_the_citys():
    kept = json.loads(published()["heads"])
    kept["heads"][0]["size"] += 1
    report = report_of(city_bundle().data, key=CITY, heads=json.dumps(kept).encode())
    assert "not signed with the key" in said(report, "differs")
    for odd in (b"[]", b"{}", b'{"heads":[1]}', b"[NaN]", b"no"):
        with pytest.raises(BundleError):
            report_of(city_bundle().data, heads=odd)


def places(value, path=()):
    """Every place in JSON data: the way to each value."""
    if path:
        yield path
    if isinstance(value, dict):
        for key in value:
            yield from places(value[key], (*path, key))
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield from places(one, (*path, at))


def changed_at(data, path, change):
    data = json.loads(json.dumps(data))
    inner = data
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = change(inner[path[-1]])
    return data


def another(value):
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return value + "0"
    if isinstance(value, list):
        return value[:-1] if value else [1]
    if isinstance(value, dict):
        return {**value, "more": 1}
    return 1


JSONS = ("rules.json", "lot.json", "ledger.json", "result.json", "poll.json")
FEW_FILE = "areas/few.totals.json"


@pytest.mark.parametrize("name", [*JSONS, FEW_FILE])
def test_any_field_changed_by_an_insider_is_found(name):
    """The reader holds what was published; words told to readers alone are listed above."""
    members, kept, chance = city_bundle().members, published(), random.Random(name)
    data = json.loads(members[name])
    paths = [
        path
        for path in places(data)
        if not any(name == member and word in path for member, word in FREE_WORDS)
    ]
    for path in chance.sample(paths, min(60, len(paths))):
        other = canonical(changed_at(data, path, another))
        try:
            report = report_of(signed_anew(members, **{name: other}), **kept)
        except BundleError:
            continue
        assert not report.holds, (name, path)


def test_any_field_changed_by_a_forger_is_found_by_the_key():
    members = city_bundle().members
    for name in (*JSONS, FEW_FILE):
        data = json.loads(members[name])
        path = random.Random(name).choice([*places(data)])
        other = canonical(changed_at(data, path, another))
        try:
            assert not report_of(signed_anew(members, FORGER, **{name: other}), key=CITY).holds
        except BundleError:
            continue


@pytest.mark.parametrize("number", range(8))
def test_values_of_any_kind_anywhere_give_findings_or_one_sentence(number):
    members, chance = city_bundle().members, random.Random(number)
    odd = (None, True, -1, 10**17, "", "x", [], {}, [[]], {"a": 1}, "9" * 400, "\u202e")
    for name in (*JSONS, FEW_FILE, "manifest.json", "signature.json"):
        data = json.loads(members[name])
        for path in chance.sample([*places(data)], min(6, len([*places(data)]))):
            value = chance.choice(odd)
            other = canonical(changed_at(data, path, lambda _, value=value: value))
            sealed = name in ("manifest.json", "signature.json")
            forged = (
                pack({**members, name: other}) if sealed else signed_anew(members, **{name: other})
            )
            try:
                report_of(forged, **published())
            except BundleError as error:
                assert "\n" not in str(error) and str(error).endswith(".")


ODD_JSON = {
    "NaN": b'{"a":NaN}',
    "Infinity": b'{"a":-Infinity}',
    "a fraction": b'{"a":1.5}',
    "an exponent": b'{"a":1e400}',
    "a lone surrogate": b'{"a":"\\ud800"}',
    "a key twice": b'{"a":1,"a":2}',
    "a huge number": b'{"a":' + b"9" * 5000 + b"}",
    "depth": b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "some depth": b'{"a":' + b"[" * 200 + b"]" * 200 + b"}",
    "other text": b'{"a":"\xff"}',
    "a mark in front": b'\xef\xbb\xbf{"a":1}',
    "a list": b"[]",
    "nothing": b"",
    "a half": b'{"a":',
}


@pytest.mark.parametrize("odd", ODD_JSON)
@pytest.mark.parametrize("name", [*JSONS, FEW_FILE, "manifest.json", "signature.json"])
def test_broken_json_is_refused_with_one_sentence(odd, name, tmp_path, capsys):
    members = city_bundle().members
    if name in ("manifest.json", "signature.json"):
        data = pack({**members, name: ODD_JSON[odd]})
    else:
        data = signed_anew(members, **{name: ODD_JSON[odd]})
    path = tmp_path / "odd.zip"
    path.write_bytes(data)
    assert main([str(path)]) == 2
    out, error = capsys.readouterr()
    assert not out and error.count("\n") == 1 and name in error


def zipped(members, **more) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", **more) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return target.getvalue()


def flagged(data: bytes) -> bytes:
    """The same archive, its members said to be encrypted."""
    data = bytearray(data)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = 0
        while (start := data.find(mark, start)) >= 0:
            (flags,) = struct.unpack_from("<H", data, start + at)
            struct.pack_into("<H", data, start + at, flags | 1)
            start += 4
    return bytes(data)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_odd_archives_are_refused_with_one_sentence(tmp_path, capsys):
    members = city_bundle().members
    every = [*members.items()]
    less = [pair for pair in every if pair[0] != "lot.json"]
    odd = {
        "a name twice": zipped([*every, ("lot.json", b"{}")]),
        "a member missing": zipped(less),
        "a member missing from the manifest too": signed_anew(dict(less)),
        "one more": zipped([*every, ("more.json", b"{}")]),
        "one more, signed": signed_anew(members, **{"more.json": b"{}"}),
        "encrypted": flagged(city_bundle().data),
        "another way to pack": zipped(every, compression=zipfile.ZIP_BZIP2),
        "a bomb": zipped([("manifest.json", b"0" * 70_000_000)], compression=zipfile.ZIP_DEFLATED),
        "a path": zipped([*every, ("../more.json", b"{}")]),
        "a folder": zipped([*every, ("areas/", b"")]),
        "cut": city_bundle().data[:-30],
        "nothing": b"",
    }
    for what, data in odd.items():
        path = tmp_path / "odd.zip"
        path.write_bytes(data)
        assert main([str(path)]) == 2, what
        out, error = capsys.readouterr()
        assert not out and error.count("\n") == 1, what


def test_any_byte_of_the_archive_changed_ends_in_findings_or_a_sentence():
    data, chance = city_bundle().data, random.Random(5)
    for _ in range(150):
        at = chance.randrange(len(data))
        other = data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
        try:
            report_of(other)
        except BundleError as error:
            assert str(error)


def test_the_last_word_and_the_status(tmp_path, capsys):
    bundle = city_bundle()
    path = tmp_path / "bundle.zip"
    path.write_bytes(bundle.data)
    kept = {}
    for name, data in published().items():
        if name in ("heads", "poll"):
            (tmp_path / name).write_bytes(data)
            kept[name] = str(tmp_path / name)
    (tmp_path / "leaves").write_bytes(b"".join(published()["leaves"]))

    def last(*given: str) -> tuple[int, str]:
        status = main([str(path), *given])
        return status, capsys.readouterr().out.splitlines()[-1]

    assert last()[0] == 3 and "THE SIGNER IS UNKNOWN" in last()[1]
    status, word = last("--key", CITY)
    assert status == 0 and "NOT checked" in word and "All" not in word
    every = (
        "--key", CITY, "--rules", published()["rules"], "--leaves", str(tmp_path / "leaves"),
        "--heads", kept["heads"], "--poll", kept["poll"],
    )  # fmt: skip
    assert last(*every) == (0, "What was checked holds. 1 thing was NOT checked, as listed above.")
    path.write_bytes(signed_anew(city_bundle(FORGED["another rule"]).members, KEY))
    assert last("--key", CITY)[0] == 1
    told = main([str(path), "--json"])
    answer = json.loads(capsys.readouterr().out)
    assert told == 1 and answer["not_checked"] and answer["signer_known"] is False


def test_an_older_bundle_says_what_it_does_not_tell():
    older = city_bundle(number=1, ledger=city_ledger_of_the_first_format())
    report = report_of(older.data, key=CITY)
    assert report.holds, said(report, "differs")
    assert "poll.json" not in older.members
    unchecked = "\n".join(report.unchecked)
    assert "older format" in unchecked and "no poll to compare them with" in unchecked
    assert "50 leaves were not counted" in unchecked


def city_ledger_of_the_first_format():
    ledger = json.loads(city_bundle().members["ledger.json"])
    return {key: ledger[key] for key in ("heads", "key", "ballots")}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("bundle-area-by-other-rule.zip", "almaly: it was counted by greedy-no-skip"),
        ("bundle-300-ballots-removed.zip", "The areas hold 2879 ballots, the ledger 3179."),
    ],
)
def test_the_forged_bundles_that_were_believed(name, words, capsys):
    if not (CASES / name).exists():
        pytest.skip("the cases are not at hand")
    assert main([str(CASES / name)]) == 1
    assert words in capsys.readouterr().out
