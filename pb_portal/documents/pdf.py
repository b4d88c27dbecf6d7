"""Documents typeset with Typst from templates/documents.

Data reach a template as JSON only, so nothing a person typed is ever read as markup, and the
same data give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "documents"
FONTS = Path(__file__).resolve().parents[1] / "static" / "dist" / "fonts"


def render(
    name: str,
    data: Mapping[str, Any],
    *,
    files: Mapping[str, bytes] | None = None,
    dated: datetime | None = None,
) -> bytes:
    """Typeset `templates/documents/<name>.typ` and return the PDF.

    `data`: anything JSON can hold; the template reads `json(bytes(sys.inputs.data))`.
    `files`: pictures by name, read as `image("/files/<name>")`.
    `dated`: the moment written into the PDF; without it the document carries none, and equal
    input gives equal bytes.
    """
    with TemporaryDirectory() as folder:
        root = Path(folder)
        for path in (*TEMPLATES.glob("_*.typ"), TEMPLATES / f"{name}.typ"):
            (root / path.name).write_bytes(path.read_bytes())
        (root / "files").mkdir()
        for key, content in (files or {}).items():
            (root / "files" / Path(key).name).write_bytes(content)
        made = typst.compile(
            root / f"{name}.typ",
            root=root,
            format="pdf",
            font_paths=[FONTS] if FONTS.is_dir() else [],
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            timestamp=int((dated or datetime(2000, 1, 1, tzinfo=UTC)).timestamp()),
        )
    assert isinstance(made, bytes)
    return made
