"""What can be taken away of a certified result."""

from __future__ import annotations

from flask import Response, jsonify
from flask_babel import force_locale

from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle
from pb_portal.db import Missing, database_now, session
from pb_portal.domain.phases import PhaseKind
from pb_portal.results import bundles, downloads, exports, packed, queries
from pb_portal.results import protocol as protocols
from pb_portal.results.models import CountRun
from pb_portal.results.source import Unfit
from pb_portal.results.views import blueprint
from pb_portal.tally.pabulib import dumps
from pb_portal.voting import queries as voting
from pb_portal.web import clock, limits
from pb_portal.web.guard import public
from pb_portal.web.i18n import LOCALES
from pb_portal.web.signer import signer

ZIP = "application/zip"


def certified(slug: str) -> tuple[Cycle, CountRun]:
    cycle = cycles.get_cycle(session(), slug)
    return cycle, queries.get_certified_run(session(), cycle.id)


def _file(text: str, name: str, media_type: str) -> Response:
    answer = Response(text, mimetype=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@blueprint.get("/c/<slug>/results.csv")
@limits.visits("files")
@public
def as_csv(slug: str) -> Response:
    """The whole result as a table."""
    cycle, run = certified(slug)
    text = downloads.as_csv(cycle, queries.sections(session(), run))
    return _file(text, f"{slug}-results.csv", "text/csv")


@blueprint.get("/c/<slug>/results.json")
@limits.visits("files")
@public
def as_json(slug: str) -> Response:
    """The whole result for programs."""
    cycle, run = certified(slug)
    return jsonify(downloads.as_data(cycle, run, queries.sections(session(), run)))


@blueprint.get("/c/<slug>/results/<area>.csv")
@limits.visits("files")
@public
def area_csv(slug: str, area: str) -> Response:
    """One area's totals."""
    cycle, run = certified(slug)
    own = [one for one in queries.sections(session(), run) if one.area.code == area]
    if not own:
        raise Missing("area")
    return _file(downloads.as_csv(cycle, own), f"{slug}-{area}.csv", "text/csv")


@blueprint.get("/c/<slug>/results/<area>.pb")
@limits.visits("files")
@public
def area_ballots(slug: str, area: str) -> Response:
    """One area's ballots as Pabulib, where enough people voted to publish them."""
    cycle, _run = certified(slug)
    part = next((one for one in cycle.areas if one.area.code == area), None)
    if part is None:
        raise Missing("area")
    place = exports.Place(unit=exports.unit_of(cycle), zone=clock.city_zone())
    try:
        text = dumps(exports.election_of(session(), cycle, part, place))
    except Unfit as unfit:
        raise Missing("ballots") from unfit
    return _file(text, f"{slug}-{area}.pb", "text/plain")


@blueprint.get("/.well-known/portal-signing-key.json")
@public
def signing_key() -> Response:
    """The public key by which heads of ledgers and bundles are signed."""
    return jsonify({"algorithm": "Ed25519", "public_key": signer().public_key})


@blueprint.get("/c/<slug>/results/bundle.zip")
@limits.visits("files")
@public
def bundle(slug: str) -> Response:
    """The signed bundle, the very bytes kept at the certification unless a title was taken down
    since."""
    _cycle, run = certified(slug)
    found = bundles.published(session(), run, signer(), clock.city_zone())
    if found is None:
        raise Missing("bundle")
    answer = _binary(found.data, f"{slug}-bundle.zip", ZIP)
    answer.set_etag(found.sha256)
    return answer


@blueprint.get("/c/<slug>/results/leaves.txt")
@limits.visits("heavy")
@public
def leaves(slug: str) -> Response:
    """Every leaf of the ledger, sorted, one a line, with no ballot beside it: whoever keeps a
    receipt finds the own one here, and the root over all is the head in the bundle."""
    cycle, _run = certified(slug)
    if cycle.is_imported:
        raise Missing("leaves")
    listed = voting.ledger_leaves(session(), cycle.id, database_now(session()))
    return _file("".join(f"{leaf}\n" for leaf in listed), f"{slug}-leaves.txt", "text/plain")


@blueprint.get("/c/<slug>/results/heads.json")
@limits.visits("files")
@public
def closing_heads(slug: str) -> Response:
    """The heads signed after the close, to keep: a bundle that holds others is not the city's."""
    cycle, _run = certified(slug)
    if cycle.is_imported:
        raise Missing("heads")
    heads = bundles.closing_heads(session(), cycle)
    return jsonify({"cycle": slug, "heads": heads, "key": signer().public_key})


@blueprint.get("/c/<slug>/poll.json")
@limits.visits("files")
@public
def poll(slug: str) -> Response:
    """Areas, budgets and prices from the beginning of the vote on, to keep: a bundle holds the
    same."""
    cycle = cycles.get_cycle(session(), slug)
    voting_phase = cycles.find_phase(cycle, PhaseKind.VOTING)
    begun = voting_phase is not None and voting_phase.starts_at <= database_now(session())
    if cycle.is_imported or not begun or not cycles.rules_frozen(cycle):
        raise Missing("poll")
    return jsonify(bundles.poll_of(session(), cycle))


@blueprint.get("/c/<slug>/results/ballots.zip")
@limits.visits("heavy")
@public
def all_ballots(slug: str) -> Response:
    """Every area's ballots as Pabulib, one file each; totals where too few voted."""
    cycle, run = certified(slug)
    place = exports.Place(unit=exports.unit_of(cycle), zone=clock.city_zone())
    return _binary(packed.ballots(session(), cycle, run, place), f"{slug}-ballots.zip", ZIP)


@blueprint.get("/c/<slug>/results/protocol-<language>.pdf")
@limits.visits("heavy")
@public
def protocol(slug: str, language: str) -> Response:
    """The protocol with both commissioners, to print and sign."""
    cycle, run = certified(slug)
    if language not in LOCALES or cycle.is_imported:
        raise Missing("protocol")
    with force_locale(language):
        data = protocols.protocol(session(), cycle, run)
    return _binary(data, f"{slug}-protocol-{language}.pdf", "application/pdf")


def _binary(data: bytes, name: str, media_type: str) -> Response:
    answer = Response(data, mimetype=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
