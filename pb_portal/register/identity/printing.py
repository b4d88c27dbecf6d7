"""Letters and sheets of paper codes as PDF, in Kazakh and Russian beside each other.

The QR sign leads to the page where a code is typed. The code is not inside it: addresses stay in
browsers' histories and servers' logs.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO

import segno
from flask_babel import force_locale
from flask_babel import gettext as _

from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle
from pb_portal.documents import pdf
from pb_portal.domain.phases import PhaseKind
from pb_portal.web.i18n import local, weekday_end

LANGUAGES = ("kk", "ru")
TEMPLATE = {"letters": "code_letters", "sheet": "code_sheet"}


def printed(form: str, cycle: Cycle, codes: Sequence[str], address: str, *, area: str) -> bytes:
    """The PDF of a package. `address`: where codes are typed; `area`: its code, if any."""
    voting = cycles.find_phase(cycle, PhaseKind.VOTING)
    assert voting is not None
    data = {
        "codes": list(codes),
        "address": address.partition("://")[2],
        "parts": [_words(language, cycle, voting.ends_at, area) for language in LANGUAGES],
    }
    return pdf.render(TEMPLATE[form], data, files={"qr.svg": _sign(address)})


def _sign(address: str) -> bytes:
    made = BytesIO()
    segno.make(address, error="m", micro=False).save(made, kind="svg", border=0, dark="#1b2430")
    return made.getvalue()


def _words(language: str, cycle: Cycle, ends: datetime, area: str) -> dict[str, object]:
    with force_locale(language):
        part = next((one for one in cycle.areas if one.area.code == area), None)
        return {
            "lang": language,
            "over": local(cycle.names),
            "title": _("Your code for the vote"),
            "lead": _("With this code you help to decide what the city builds."),
            "area": _("For residents of the district: %(area)s", area=local(part.area.names))
            if part
            else "",
            "steps": [
                _("Open the address below or point your phone's camera at the sign."),
                _("Choose “A code on paper”."),
                _("Type your IIN, your date of birth and this code."),
            ],
            "until": _("The vote is open until %(day)s.", day=weekday_end(ends)),
            "warning": _(
                "The code works with the data of one person only. Give it to nobody and let "
                "nobody take a picture of it."
            ),
            "lost": _("Lost the code? You get another one at the akimat of your district."),
        }
