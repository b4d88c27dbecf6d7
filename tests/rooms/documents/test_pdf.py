"""A typeset document carries its words as data and comes out the same each time."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from pb_portal.documents import pdf

PAGE = """#import "/_look.typ": *
#let data = json(bytes(sys.inputs.data))
#show: document-look.with(lang: "kk", title: data.title)
#masthead(data.title)
#data.title
"""


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "_look.typ").write_bytes((pdf.TEMPLATES / "_look.typ").read_bytes())
    (tmp_path / "page.typ").write_text(PAGE, "utf-8")
    monkeypatch.setattr(pdf, "TEMPLATES", tmp_path)
    return tmp_path


@pytest.mark.usefixtures("shelf")
def test_markup_in_data_stays_words_and_equal_data_give_equal_bytes() -> None:
    hostile = {"title": '#panic("x") *ә* $a$ @ref <label> \\ "] '}
    made = pdf.render("page", hostile)
    assert made.startswith(b"%PDF-")
    assert made == pdf.render("page", hostile)


def test_pictures_are_read_by_name(shelf: Path) -> None:
    (shelf / "shown.typ").write_text(
        '#let data = json(bytes(sys.inputs.data))\n#image("/files/" + data.name)', "utf-8"
    )
    target = BytesIO()
    Image.new("RGB", (60, 40), "green").save(target, "JPEG")
    files = {"place.jpg": target.getvalue()}
    made = pdf.render("shown", {"name": "place.jpg"}, files=files)
    assert target.getvalue()[-200:] in made
    assert made == pdf.render("shown", {"name": "place.jpg"}, files=files)
