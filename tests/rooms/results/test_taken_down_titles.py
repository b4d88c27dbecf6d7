"""A title taken down after the certification: files go out without it and the audit holds."""

from __future__ import annotations

import zipfile
from io import BytesIO

from pb_portal.domain.permissions import Role
from pb_portal.proposals import queries
from pb_portal.results import auditing, bundles
from pb_portal.takedowns import service as takedowns
from pb_portal.tally.bundle import verify
from pb_portal.web.signer import audit_keys
from tests.factories import make_person, signed
from tests.rooms.results.test_service import certified

PHONE = "87017654321"


def bundle_holds(session, run, keys) -> list[str]:
    return list(auditing._bundle(session, run, keys))


def test_the_bundle_and_every_file_of_a_result_go_out_without_it(client, session, voted):
    papers = queries.on_ballot(session, voted.id)
    papers[0].title = f"Call {PHONE}"
    session.flush()
    first, second = (make_person(session, "commissioner") for _ in range(2))
    run = certified(session, voted, first, second)
    keys = audit_keys()
    kept = bundles.keep(session, run.id, keys.signer, keys.zone)
    assert PHONE.encode() in b"".join(unpacked(kept.data).values())
    assert bundle_holds(session, run, keys) == []
    row = takedowns.take_down(
        session, signed(make_person(session, Role.MODERATOR)), "proposal", str(papers[0].id),
        category="personal_data", reason="A phone",
    )  # fmt: skip
    session.commit()
    session.expire_all()
    assert bundle_holds(session, run, keys) == [], "the kept bundle is still what was counted"
    for language in ("kk", "ru", "en"):
        client.set_cookie("language", language)
        for name in ("results", "results.csv", "results.json", "results.xlsx"):
            answer = client.get(f"/c/{voted.slug}/{name}")
            assert (
                PHONE not in answer.get_data(as_text=answer.mimetype.startswith("text"))
                if (answer.mimetype.startswith("text"))
                else PHONE.encode() not in answer.data
            )
        served = client.get(f"/c/{voted.slug}/results/bundle.zip").data
        assert PHONE.encode() not in b"".join(unpacked(served).values())
        assert verify(BytesIO(served), key=keys.signer.public_key).holds
        ballots = client.get(f"/c/{voted.slug}/results/ballots.zip")
        assert PHONE.encode() not in b"".join(unpacked(ballots.data).values())
    takedowns.restore(session, signed(make_person(session, Role.MODERATOR)), row.id)
    session.commit()
    assert client.get(f"/c/{voted.slug}/results/bundle.zip").data == kept.data


def unpacked(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
