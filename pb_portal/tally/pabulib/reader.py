"""Reading a ``.pb`` file: one pass, bounded memory, every refusal with its line.

META comes first, then PROJECTS, then VOTES. Fields this package does not know are kept in
``Election.meta``, ``Project.extra`` and ``Ballot.extra`` as they were written.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import BinaryIO, Final

from pb_portal.tally.model import WITHDRAWN_COST, Conflict, Election, Project
from pb_portal.tally.pabulib import facts
from pb_portal.tally.pabulib.errors import Notice, PabulibError
from pb_portal.tally.pabulib.lines import MAX_BYTES, Rows, open_stream
from pb_portal.tally.pabulib.meta import Meta
from pb_portal.tally.pabulib.numbers import Number, whole_number
from pb_portal.tally.pabulib.votes import Votes
from pb_portal.tally.scores import scores_of, scoring_of, votes_of

SECTIONS: Final = ("META", "PROJECTS", "VOTES")
_OWN: Final = frozenset(("project_id", "cost", "name", "category", "beneficiaries", "district")) | {
    "latitude",
    "longitude",
    "selected",
    "votes",
    "score",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """An election, the digest of the bytes it came from, and what was odd in them."""

    election: Election
    sha256: str
    notices: tuple[Notice, ...]


def read(
    source: str | os.PathLike[str] | BinaryIO | bytes,
    *,
    voters: bool = True,
    max_bytes: int = MAX_BYTES,
) -> Reading:
    """Read a path, a binary stream or bytes. Raises ``PabulibError`` with one sentence.

    With ``voters=False`` equal ballots are joined as they are read and nothing about a person is
    kept: all a count needs, at a fraction of the memory.
    """
    if isinstance(source, (str, os.PathLike, bytes)):
        with closing(open_stream(source, max_bytes)) as stream:
            return _File(Rows(stream, max_bytes), voters).read()
    return _File(Rows(source, max_bytes), voters).read()


class _File:
    def __init__(self, rows: Rows, voters: bool) -> None:
        self.rows, self.keep_voters = rows, voters
        self.iterator = iter(rows)
        self.notices: list[Notice] = []
        self.projects: dict[str, dict[str, str]] = {}
        self.costs: dict[str, Number] = {}

    def read(self) -> Reading:
        meta = Meta(self.notices)
        for line, row in self.section("META"):
            meta.add(line, row)
        meta.check()
        for line, fields in self.records("PROJECTS", ("project_id", "cost")):
            self.project(line, fields)
        votes = Votes(
            self.projects, meta.vote_type, meta.max_length, self.keep_voters, self.notices
        )
        self.header("VOTES", votes.required)
        votes.columns(self.columns)
        votes.take(self.iterator, self.rows, self.width)
        meta.check_total("num_projects", len(self.projects))
        meta.check_total("num_votes", votes.voters)
        return Reading(self.election(meta, votes), self.rows.sha256, tuple(self.notices))

    def section(self, name: str) -> Iterator[tuple[int, list[str]]]:
        """The rows of a section, after its header; stops at the next section's name."""
        if name == "META":
            self.begin_meta()
        for row in self.iterator:
            if not any(row):
                continue
            line = self.rows.line
            word = row[0].strip().upper()
            if word in SECTIONS and not any(row[1:]):
                if word == name:
                    raise PabulibError("duplicate_section", line, section=name)
                if SECTIONS.index(word) != SECTIONS.index(name) + 1:
                    raise PabulibError("section_order", line, section=word)
                return
            yield line, row
        following = SECTIONS[SECTIONS.index(name) + 1]
        raise PabulibError("missing_section", section=following)

    def begin_meta(self) -> None:
        row = next((row for row in self.iterator if any(row)), [""])
        word = row[0].strip().upper()
        if word in SECTIONS[1:]:
            raise PabulibError("missing_section", self.rows.line, section="META")
        if word != "META":
            raise PabulibError("not_pabulib", self.rows.line or None)
        row = next((row for row in self.iterator if any(row)), [])
        if [cell.strip().lower() for cell in row[:2]] != ["key", "value"]:
            raise PabulibError("missing_header", self.rows.line, section="META")

    def header(self, name: str, required: tuple[str, ...]) -> None:
        row = next((row for row in self.iterator if any(row)), [])
        columns = [cell.strip() for cell in row]
        while len(columns) > 1 and not columns[-1]:
            columns.pop()
        if not row or (columns[0].upper() in SECTIONS and len(columns) == 1):
            raise PabulibError("missing_header", self.rows.line, section=name)
        for column in columns:
            if columns.count(column) > 1:
                raise PabulibError("duplicate_column", self.rows.line, section=name, column=column)
        for column in required:
            if column not in columns:
                raise PabulibError("missing_column", self.rows.line, section=name, column=column)
        self.columns, self.width = columns, len(columns)

    def records(self, name: str, required: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
        self.header(name, required)
        for line, row in self.section(name):
            fields = self.fitted(line, [*map(str.strip, row)])
            yield line, dict(zip(self.columns, fields, strict=True))

    def fitted(self, line: int, row: list[str]) -> list[str]:
        """The fields of a row as many as the header has, if it is plain which they are."""
        while len(row) > self.width and not row[-1]:
            row.pop()
        if len(row) == self.width:
            return row
        params: dict[str, str | int] = {"found": len(row), "expected": self.width}
        if len(row) > self.width and "name" in self.columns:
            at, more = self.columns.index("name"), len(row) - self.width
            joined = [*row[:at], ";".join(row[at : at + more + 1]), *row[at + more + 1 :]]
            fields = zip(self.columns, joined, strict=True)
            if all(_fits(column, value) for column, value in fields):
                self.notices.append(Notice("joined_name", line, params))
                return joined
        raise PabulibError("field_count", line, **params)

    def project(self, line: int, fields: dict[str, str]) -> None:
        project_id = fields["project_id"]
        if not project_id:
            raise PabulibError("empty_id", line, field="project_id")
        if project_id in self.projects:
            raise PabulibError("duplicate_project", line, project=project_id)
        self.costs[project_id] = cost = Number(fields["cost"], "cost", line)
        if cost.equals(WITHDRAWN_COST, 0):
            self.notices.append(Notice("withdrawn_mark", line, {"project": project_id}))
        if cost.mantissa == 0:
            self.notices.append(Notice("free_project", line, {"project": project_id}))
        for column in ("votes", "score"):
            if not _fits(column, fields.get(column, "")):
                params: dict[str, str | int] = {"field": column, "value": fields.pop(column)}
                self.notices.append(Notice("total_ignored", line, params))
        if not _fits("selected", fields.get("selected", "")):
            raise PabulibError("selected", line, value=fields["selected"])
        self.projects[project_id] = fields

    def election(self, meta: Meta, votes: Votes) -> Election:
        numbers = [*self.costs.values(), *meta.money()]
        scale = max(2, max((number.decimals for number in numbers), default=0))
        projects = tuple(
            _project(one, self.costs[one].scaled(scale), scale, fields)
            for one, fields in self.projects.items()
        )
        points_scale, ballots = votes.finish()
        comment = meta.fields.get("comment", "")
        conflicts = facts.conflicts(comment, meta.word, self.projects)
        self.notice_conflicts(meta, conflicts)
        election = Election(
            projects=projects,
            ballots=ballots,
            budget=meta.budget.scaled(scale),
            vote_type=meta.vote_type,
            rule=meta.rule(),
            limits=meta.limits(scale, points_scale),
            currency=meta.fields.get("currency", ""),
            scale=scale,
            points_scale=points_scale,
            conflicts=conflicts,
            awards=facts.awards(meta.word, [project.official for project in projects]),
            meta=meta.rest(),
        )
        self.compare(election)
        return election

    def notice_conflicts(self, meta: Meta, conflicts: tuple[Conflict, ...]) -> None:
        """Say what was read from sentences, and that a rule of exclusion has nothing to exclude."""
        line = meta.lines.get("comment")
        if meta.word == "greedy-exclusive" and not conflicts:
            self.notices.append(Notice("no_conflict", line, {}))
        if facts.are_spelled_out(meta.fields.get("comment", "")):
            return
        for one in conflicts:
            params: dict[str, str | int] = {"projects": ", ".join(one.projects)}
            if one.kept is not None:
                params["kept"] = one.kept
            code = "conflict_read" if one.kept is None else "conflict_kept"
            self.notices.append(Notice(code, line, params))

    def compare(self, election: Election) -> None:
        """Notice where the file's own totals are not those of its ballots."""
        votes = votes_of(election)
        scores = votes if scoring_of(election) == "votes" else scores_of(election)
        for one, fields in self.projects.items():
            for column, code, found, scale in (
                ("votes", "other_votes", votes[one], 0),
                ("score", "other_score", scores[one], election.points_scale),
            ):
                said = fields.get(column)
                if said and not Number(said, column, None, negative=True).equals(found, scale):
                    params: dict[str, str | int] = {"project": one, "said": said, "found": found}
                    self.notices.append(Notice(code, None, params))


def _project(project_id: str, cost: int, scale: int, fields: dict[str, str]) -> Project:
    selected = fields.get("selected", "")
    return Project(
        id=project_id,
        cost=cost,
        name=fields.get("name", ""),
        category=listed(fields.get("category", "")),
        beneficiaries=listed(fields.get("beneficiaries", "")),
        district=fields.get("district", ""),
        latitude=fields.get("latitude", ""),
        longitude=fields.get("longitude", ""),
        official=whole_number(selected, "selected", None) if selected else None,
        withdrawn=cost == WITHDRAWN_COST * 10**scale,
        extra={key: value for key, value in fields.items() if key not in _OWN},
    )


def _fits(column: str, value: str) -> bool:
    """Whether a field can stand in a column of numbers; elsewhere anything can."""
    if not value or column not in ("cost", "votes", "score", "selected"):
        return True
    try:
        number = Number(value, column, None, negative=column in ("votes", "score"))
    except PabulibError:
        return False
    return column != "selected" or (not number.decimals and number.mantissa <= 3)


def listed(text: str) -> tuple[str, ...]:
    """A comma-separated field as its items."""
    return tuple(item for item in map(str.strip, text.split(",")) if item)
