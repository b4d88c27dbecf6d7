"""What can be wrong with a file: a code with its params, and the sentence in English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pb_portal.tally.model import ElectionError

SENTENCES: Final[Mapping[str, str]] = {
    "too_large": "the file is larger than {limit} MB",
    "line_too_long": "the line is longer than {limit} characters, or a quotation mark never closes",
    "encoding": "the text is not UTF-8",
    "binary": "the file holds bytes that are not text",
    "not_pabulib": "the file does not begin with the section META",
    "missing_section": "the section {section} is missing",
    "section_order": "the section {section} is out of place; the order is META, PROJECTS, VOTES",
    "duplicate_section": "the section {section} begins a second time",
    "missing_header": "the section {section} has no line naming its columns",
    "missing_column": "the section {section} has no column {column}",
    "duplicate_column": "the section {section} has the column {column} twice",
    "field_count": "{found} fields where the header has {expected}",
    "missing_key": "META has no {key}",
    "duplicate_key": "META has {key} twice",
    "number": "“{value}” is not a number for {field}",
    "whole_number": "“{value}” is not a whole number for {field}",
    "vote_type": "“{value}” is not a known kind of ballot",
    "selected": "“{value}” is not 0, 1, 2 or 3 for selected",
    "empty_id": "{field} is empty",
    "duplicate_project": "project {project} is listed a second time",
    "duplicate_voter": "voter {voter} is listed a second time",
    "unknown_project": "the vote names project {project}, which is not in PROJECTS",
    "points_count": "{points} points for {choices} projects",
    "wrong_total": "META says {key} is {said}, the file holds {found}",
    # noticed, not refused
    "repeated_choice": "the vote names project {project} more than once; it counts once",
    "blank_vote": "the vote names no project",
    "long_vote": "the vote names {choices} projects, {limit} are allowed; it counts",
    "other_votes": "project {project} is said to have {said} votes, the ballots hold {found}",
    "other_score": "project {project} is said to have a score of {said}, the ballots give {found}",
    "extra_fields": "META has more than one value for {key}; they are joined",
    "limit_ignored": "“{value}” makes no sense for {key}; it is passed over",
    "total_ignored": "“{value}” makes no sense for {field}; it is passed over",
    "joined_name": "{found} fields where the header has {expected}; the name seems to hold a "
    "semicolon and is joined",
    "free_project": "project {project} costs nothing",
    "withdrawn_mark": "project {project} has the cost that marks one which left the vote",
    "no_conflict": "the rule excludes rivals, and no conflict between projects was found in the "
    "comment; it is counted without any",
    "conflict_read": "the comment is read to say that of projects {projects} one at most can be "
    "built",
    "conflict_kept": "the comment is read to say that of projects {projects} one at most can be "
    "built, and that {kept} was kept",
    "rule_unknown": "the file does not say by which rule it was counted",
}


def _sentence(code: str, line: int | None, params: Mapping[str, str | int]) -> str:
    text = SENTENCES[code].format(**params)
    return f"Line {line}: {text}." if line else f"{text[0].upper()}{text[1:]}."


@dataclass(frozen=True, slots=True)
class Notice:
    """Something odd in a file that was still read; ``str()`` is the sentence."""

    code: str
    line: int | None
    params: Mapping[str, str | int]

    def __str__(self) -> str:
        return _sentence(self.code, self.line, self.params)


class PabulibError(ElectionError):
    """The file cannot be read; ``code``, ``line`` and ``params`` say why, ``str()`` in English."""

    def __init__(self, code: str, line: int | None = None, **params: str | int) -> None:
        shown = {key: _short(value) for key, value in params.items()}
        super().__init__(_sentence(code, line, shown))
        self.code, self.line, self.params = code, line, shown


def _short(value: str | int) -> str | int:
    if isinstance(value, int):
        return value
    printable = "".join(char if char.isprintable() else "\ufffd" for char in value)
    return printable if len(printable) <= 60 else printable[:59] + "…"
