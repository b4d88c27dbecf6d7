"""Writing a ``.pb`` file that the library's checker accepts and ``read`` reads back.

What the format cannot hold is settled so: equal ballots are written one by one; ballots without
voter ids are sorted before they are numbered, so that no order is shown; blank ballots are left
out and their number is told in a comment; a withdrawn project is given the cost that marks it;
columns the format does not know are left out unless ``unknown=True``.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TextIO

from pb_portal.tally.model import WITHDRAWN_COST, Ballot, Election, ElectionError, Project, check
from pb_portal.tally.pabulib import facts
from pb_portal.tally.pabulib.fields import META, NOT_EMPTY, PROJECTS, VOTES
from pb_portal.tally.pabulib.meta import LENGTHS, MONEY, POINTS, THRESHOLD
from pb_portal.tally.pabulib.numbers import decimal_text
from pb_portal.tally.pabulib.votes import required_columns
from pb_portal.tally.scores import scores_of, votes_of

REQUIRED: Final = ("description", "country", "unit", "instance", "date_begin", "date_end")
#: Written where a column must not be empty and a project has nothing to say.
NOTHING_SAID: Final = "-"
_BREAKS: Final = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_UNFIT: Final = re.compile(r",|^$|^(meta|projects|votes)$", re.IGNORECASE)


def write(election: Election, target: TextIO, *, unknown: bool = False) -> None:
    """Write an election; its ``meta`` must hold what the format requires (``REQUIRED``)."""
    check(election)
    for key in REQUIRED:
        if not election.meta.get(key):
            raise ElectionError(f"A Pabulib file needs {key} in its META.")
    _check_ids(election.projects)
    ballots = list(_voters(election.ballots))
    rows = csv.writer(target, delimiter=";", lineterminator="\n")
    rows.writerow(["META"])
    rows.writerow(["key", "value"])
    rows.writerows(_meta(election, ballots, unknown))
    rows.writerow(["PROJECTS"])
    rows.writerows(_projects(election, unknown))
    rows.writerow(["VOTES"])
    rows.writerows(_votes(election, ballots, unknown))


def dumps(election: Election, *, unknown: bool = False) -> str:
    """The file as text."""
    target = io.StringIO(newline="")
    write(election, target, unknown=unknown)
    return target.getvalue()


def _voters(ballots: Iterable[Ballot]) -> Iterator[Ballot]:
    """Each ballot on its own and named, blank ones left out."""
    full = [ballot for ballot in ballots if ballot.choices]
    if all(ballot.voter_id and ballot.weight == 1 for ballot in full):
        yield from full
        return
    full.sort(key=lambda ballot: (ballot.choices, ballot.points))
    number = 0
    for ballot in full:
        for _ in range(ballot.weight):
            number += 1
            yield Ballot(ballot.choices, ballot.points, str(number), ballot.extra)


def _meta(
    election: Election, ballots: Sequence[Ballot], unknown: bool
) -> Iterator[tuple[str, str]]:
    limits, scale = election.limits, election.scale
    values: dict[str, str] = dict(election.meta)
    values |= {
        "num_projects": str(len(election.projects)),
        "num_votes": str(len(ballots)),
        "budget": decimal_text(election.budget, scale),
        "vote_type": election.vote_type,
        "rule": facts.pabulib_rule(election.rule, limits.min_score),
        "currency": election.currency,
        "comment": _comment(election),
    }
    for keys, decimals in ((LENGTHS, 0), (MONEY, scale), (POINTS, election.points_scale)):
        for key in keys:
            if (limit := getattr(limits, key)) is not None:
                values[key] = decimal_text(limit, decimals)
    whole = 10**scale
    if election.budget // whole >= sum(_cost(election, one) // whole for one in election.projects):
        values["fully_funded"] = "1"
    if limits.max_length is not None:
        values["max_length"] = str(min(limits.max_length, len(election.projects)))
    if election.vote_type == "cumulative" and limits.max_sum_points is None:
        most = max((sum(ballot.points) for ballot in ballots), default=0)
        values["max_sum_points"] = decimal_text(max(most, 1), election.points_scale)
    if limits.min_score:
        values[THRESHOLD] = decimal_text(limits.min_score, election.points_scale)
    order = [*META, *(values if unknown else ())]
    for key in dict.fromkeys(order):
        if values.get(key):
            yield key, _plain(values[key])


def _comment(election: Election) -> str:
    """The comment as it was, and numbered ones for what has no field of its own."""
    comment = election.meta.get("comment", "")
    added: list[str] = []
    word = facts.pabulib_rule(election.rule, election.limits.min_score)
    if facts.rule(word, comment) != election.rule and election.rule != "greedy":
        added.append(facts.rule_comment(election.rule))
    ids = [project.id for project in election.projects]
    if facts.conflicts(comment, word, ids) != election.conflicts:
        added += [facts.conflict_comment(conflict) for conflict in election.conflicts]
    blank = sum(ballot.weight for ballot in election.ballots if not ballot.choices)
    if blank:
        added.append(f"Blank ballots left out: {blank}.")
    start = len(re.findall(r"#\d+:", comment)) + 1
    numbered = [f"#{number}: {text}" for number, text in enumerate(added, start)]
    return " ".join(filter(None, [comment, *numbered]))


def _projects(election: Election, unknown: bool) -> Iterator[Sequence[str]]:
    votes, scores = votes_of(election), scores_of(election)
    records = [
        _record(election, project, votes[project.id], scores[project.id])
        for project in election.projects
    ]
    columns = _columns(PROJECTS, records, unknown)
    for name in NOT_EMPTY & set(columns):
        for record in records:
            record[name] = record.get(name) or NOTHING_SAID
    yield columns
    yield from ([_plain(record.get(name, "")) for name in columns] for record in records)


def _cost(election: Election, project: Project) -> int:
    return WITHDRAWN_COST * 10**election.scale if project.withdrawn else project.cost


def _record(election: Election, project: Project, votes: int, score: int) -> dict[str, str]:
    record = dict(project.extra)
    record |= {
        "project_id": project.id,
        "cost": decimal_text(_cost(election, project), election.scale),
        "votes": str(votes),
        "name": project.name,
        "category": ",".join(project.category),
        "beneficiaries": ",".join(project.beneficiaries),
        "district": project.district,
    }
    if project.latitude and project.longitude:
        record |= {"latitude": project.latitude, "longitude": project.longitude}
    if any(one.official is not None for one in election.projects):
        record["selected"] = str(project.official or 0)
    if election.vote_type in ("cumulative", "scoring", "ordinal") and not election.points_scale:
        record["score"] = str(score)
    return record


def _votes(election: Election, ballots: Sequence[Ballot], unknown: bool) -> Iterator[Sequence[str]]:
    records = [
        {
            **ballot.extra,
            "voter_id": ballot.voter_id,
            "vote": ",".join(ballot.choices),
            "points": ",".join(
                decimal_text(point, election.points_scale) for point in ballot.points
            ),
        }
        for ballot in ballots
    ]
    required = required_columns(election.vote_type)
    columns = _columns(VOTES, [dict.fromkeys(required, "-"), *records], unknown)
    yield columns
    yield from ([_plain(record.get(name, "")) for name in columns] for record in records)


def _columns(
    known: Sequence[str], records: Sequence[Mapping[str, str]], unknown: bool
) -> list[str]:
    """The columns somebody has something in, in the order of the format."""
    used = dict.fromkeys(name for record in records for name, value in record.items() if value)
    strangers = [name for name in used if name not in known] if unknown else []
    return [name for name in known if name in used] + strangers


def _plain(value: str) -> str:
    """One line without blanks at its ends, as the format wants every field."""
    return _BREAKS.sub(" ", value).strip()


def _check_ids(projects: Iterable[Project]) -> None:
    for project in projects:
        if _UNFIT.search(project.id) or _plain(project.id) != project.id:
            raise ElectionError(f"A Pabulib file cannot hold the project id “{project.id}”.")
