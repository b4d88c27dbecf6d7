"""All areas of a certified vote as Pabulib files in one archive."""

from __future__ import annotations

import io
import zipfile

from sqlalchemy.orm import Session

from pb_portal.cycles.models import Cycle
from pb_portal.results import downloads, exports, queries
from pb_portal.results.exports import Place
from pb_portal.results.models import CountRun
from pb_portal.results.source import Unfit
from pb_portal.tally.pabulib import dumps

EARLIEST = (1980, 1, 1, 0, 0, 0)


def ballots(session: Session, cycle: Cycle, run: CountRun, place: Place) -> bytes:
    """One file for each area, named as the library names its own; for areas in which too few
    voted a table of totals. The same vote gives the same bytes."""
    target = io.BytesIO()
    sections = {one.area.id: one for one in queries.sections(session, run)}
    with zipfile.ZipFile(target, "w") as archive:
        for part in cycle.areas:
            try:
                text = dumps(exports.election_of(session, cycle, part, place, few=True))
                name = f"{file_name(cycle, place, part.area.code)}.pb"
            except Unfit:
                text = downloads.as_csv(cycle, [sections[part.area_id]])
                name = f"{file_name(cycle, place, part.area.code)}_totals.csv"
            info = zipfile.ZipInfo(name, EARLIEST)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o100644 << 16
            archive.writestr(info, text.encode())
    return target.getvalue()


def file_name(cycle: Cycle, place: Place, area: str) -> str:
    """Country, city, year and area, as the library names its files."""
    meta = cycle.source.get("meta", {}) if cycle.is_imported else {}
    country = meta.get("country") or exports.COUNTRY
    unit = meta.get("unit") or place.unit
    words = (country, unit, str(cycle.year), area)
    return "_".join("".join(c for c in word if c.isalnum() or c in "-.") for word in words)
