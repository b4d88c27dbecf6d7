"""The queue as a spreadsheet with columns for decisions, and what comes back in them.

Headings are in the person's language; a file in any of the portal's languages is understood.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import force_locale, pgettext
from flask_babel import gettext as _

from pb_portal.cycles.models import RejectionGround
from pb_portal.documents import sheets
from pb_portal.documents.sheets import Column, Row, Sheet, Table
from pb_portal.domain.checklist import Question
from pb_portal.domain.refusal import Refusal
from pb_portal.proposals.models import Proposal
from pb_portal.web import clock, i18n
from pb_portal.web.phrases import sentence
from pb_portal.web.phrases.proposals import status_name
from pb_portal.web.phrases.review import check_name

MOST_ROWS = 5_000
MOST_DECISIONS = 500
NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True)
class Heading:
    """A column: its key, title and how wide it is."""

    key: str
    title: str
    width: int = 14
    kind: str = "text"


@dataclass
class Read:
    """What a file asks for, row by row as plain values for `Batch.rows`, and what is wrong."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)


def decision_words() -> dict[str, str]:
    """What may be written as a decision, by its code."""
    return {"return": _("return"), "admit": _("admit"), "reject": _("reject")}


def headings() -> list[Heading]:
    """The columns of the queue; from `decision` on they are filled in by the reviewer."""
    return [
        Heading("file", _("File number"), 8, "number"),
        Heading("version", _("Version of the file"), 8, "number"),
        Heading("number", _("No."), 8, "number"),
        Heading("cycle", _("Cycle")),
        Heading("area", _("District")),
        Heading("title", _("Proposal"), 44),
        Heading("category", _("Category"), 22),
        Heading("status", _("Status")),
        Heading("due", _("Due"), 12, "date"),
        Heading("reviewer", _("Reviewer"), 24),
        Heading("cost", _("Author's estimate"), 16, "money"),
        Heading("decision", _("Decision: return, admit or reject"), 18),
        Heading("reviewed_cost", _("Reviewed cost"), 16, "money"),
        Heading("no", _("Questions answered “no”, by number (0: none)"), 18),
        Heading("not_applicable", _("Questions that do not apply, by number"), 18),
        Heading("grounds", _("Grounds of a rejection, by number"), 18),
        Heading("remark", _("Remark"), 44),
    ]


def write_queue(
    files: Iterable[Proposal],
    questions: Mapping[int, Sequence[Question]],
    grounds: Sequence[RejectionGround],
) -> bytes:
    """The queue and, on a second sheet, what the numbers of questions and grounds mean."""
    found = headings()
    columns = [Column(one.title, one.kind, one.width) for one in found]  # type: ignore[arg-type]
    files = list(files)
    names = {file.cycle_id: i18n.local(file.cycle.names) for file in files}
    key = [
        Column(_("Cycle")),
        Column(_("Kind")),
        Column(_("No."), "number", 8),
        Column(_("Meaning"), width=70),
    ]
    return sheets.write(
        [
            Sheet(_("Queue"), columns, (_row(file) for file in files)),
            Sheet(pgettext("legend", "Key"), key, _key(questions, grounds, names)),
        ]
    )


def _row(file: Proposal) -> list[Any]:
    told = [
        file.id,
        file.version,
        file.number,
        i18n.local(file.cycle.names),
        i18n.local(file.area.names) if file.area else "",
        file.title,
        i18n.local(file.category.names) if file.category else "",
        status_name(file.status),
        file.due_at.astimezone(clock.city_zone()).date() if file.due_at else None,
        file.reviewer.name if file.reviewer else "",
        file.cost,
    ]
    return [*told, None, file.reviewed_cost, None, None, None, None]


def _key(
    questions: Mapping[int, Sequence[Question]],
    grounds: Sequence[RejectionGround],
    names: Mapping[int, str],
) -> list[list[Any]]:
    rows: list[list[Any]] = [
        [names.get(cycle_id, ""), _("Question"), number, check_name(asked.code, asked.names)]
        for cycle_id, found in questions.items()
        for number, asked in enumerate(found, start=1)
    ]
    rows += [
        ["", pgettext("reason", "Ground"), number, i18n.local(ground.names)]
        for number, ground in enumerate(grounds, start=1)
    ]
    return rows


def in_any_language(data: bytes, titles: Callable[[], Sequence[str]]) -> tuple[Table, str]:
    """Read a file whose headings are in one of the portal's languages, the person's own first."""
    own, lines = i18n.language(), sheets.read_lines(data, most_rows=MOST_ROWS)
    first: Refusal | None = None
    for locale in (own, *(code for code in i18n.LOCALES if code != own)):
        with force_locale(locale):
            wanted = list(titles())
        try:
            return sheets.table_of(lines, wanted, most_rows=MOST_ROWS), locale
        except Refusal as refusal:
            first = first or refusal
            if refusal.code != "sheet.no_column":
                raise
    assert first is not None
    raise first


def read_decisions(
    data: bytes,
    questions_of: Callable[[int], Sequence[Question] | None],
    grounds: Sequence[RejectionGround],
) -> Read:
    """Decisions of a file; rows without a decision are left out."""
    table, locale = in_any_language(data, lambda: [one.title for one in headings()])
    with force_locale(locale):
        keys = {one.title: one.key for one in headings()}
    words = _words_of_decisions()
    read = Read()
    for row in table.rows:
        values = {keys[title]: value for title, value in row.values.items()}
        if values["decision"] in (None, ""):
            continue
        try:
            read.rows.append(_decision(row, values, words, questions_of, grounds))
        except Refusal as refusal:
            read.errors.append((row.number, sentence(refusal)))
    if len(read.rows) + len(read.errors) > MOST_DECISIONS:
        raise Refusal("batch.too_many", field="sheet", most=MOST_DECISIONS)
    return read


def _words_of_decisions() -> dict[str, str]:
    found = {}
    for locale in i18n.LOCALES:
        with force_locale(locale):
            found.update({word.casefold(): code for code, word in decision_words().items()})
    return found


def _decision(
    row: Row,
    values: Mapping[str, Any],
    words: Mapping[str, str],
    questions_of: Callable[[int], Sequence[Question] | None],
    grounds: Sequence[RejectionGround],
) -> dict[str, Any]:
    file, version = values["file"], values["version"]
    decision = words.get(str(values["decision"]).strip().casefold())
    if not isinstance(file, int) or not isinstance(version, int):
        raise Refusal("batch.no_file")
    if decision is None:
        raise Refusal("batch.decision_unknown", word=str(values["decision"])[:40])
    cost = values["reviewed_cost"]
    if cost is not None and not isinstance(cost, int):
        raise Refusal("batch.cost_wrong")
    questions = questions_of(file)
    if questions is None:
        raise Refusal("batch.no_file")
    return {
        "row": row.number,
        "file": file,
        "version": version,
        "recommends": decision,
        "checklist": _answers(values, questions),
        "reviewed_cost": cost,
        "remark": str(values["remark"] or "")[:4000],
        "grounds": [grounds[place].code for place in _places(values["grounds"], len(grounds))],
    }


def _answers(values: Mapping[str, Any], questions: Sequence[Question]) -> dict[str, str]:
    """Nothing in the column of “no” means that the questions were not answered."""
    if values["no"] in (None, ""):
        return {}
    answers = {asked.code: "yes" for asked in questions}
    for key in ("no", "not_applicable"):
        for place in _places(values[key], len(questions)):
            answers[questions[place].code] = key
    return answers


def _places(value: Any, most: int) -> list[int]:
    """Numbers such as `2, 5` as places in a list; 0 stands for none."""
    if value in (None, ""):
        return []
    numbers = [int(number[:6]) for number in NUMBERS.findall(str(value))]
    if not numbers or any(number > most for number in numbers):
        raise Refusal("batch.number_wrong", number=str(value)[:40], most=most)
    return [number - 1 for number in numbers if number]
