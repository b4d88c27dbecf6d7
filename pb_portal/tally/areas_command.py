"""``python -m pb_portal.tally areas FILE…``: count the areas of one vote together.

With ``--leftover-to FILE`` that file is counted last, with its own budget and all that the others
left unspent, as Łódź does.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from pb_portal.tally.areas import Area, count_areas, left_over
from pb_portal.tally.lots import asked_ties
from pb_portal.tally.model import Election, ElectionError
from pb_portal.tally.outcome import Outcome
from pb_portal.tally.pabulib import Reading, read


def main(arguments: Sequence[str]) -> int:
    """Run the command; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        readings = _read(options)
        outcomes = _count(options, readings)
    except OSError as error:
        sys.stderr.write(f"A file cannot be read: {error.strerror or error}.\n")
        return 2
    except ElectionError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    answers = [_answer(name, readings[name], outcomes[name]) for name in readings]
    if options.json:
        sys.stdout.write(json.dumps(answers, ensure_ascii=False) + "\n")
    else:
        sys.stdout.writelines(map(_in_words, answers))
    return 0


def _in_words(answer: dict[str, Any]) -> str:
    budget, cost, left = (
        f"{answer[key]} {answer['currency']}".rstrip() for key in ("budget", "cost", "left")
    )
    won = ", ".join(answer["selected"]) or "no winners"
    about = f"{answer['rule']}, budget {budget}, cost {cost}, left {left}"
    return f"{answer['area']}: {about}\n  {won}\n"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pb_portal.tally areas",
        description="Count several areas, and move what they leave over to one of them.",
    )
    parser.add_argument("files", nargs="+", metavar="FILE.pb")
    parser.add_argument(
        "--leftover-to", metavar="FILE.pb", help="counted last, with what the others left as well"
    )
    parser.add_argument("--rule", metavar="ID", help="count all of them by this rule")
    parser.add_argument("--ties", choices=("official", "file"), default="official")
    parser.add_argument("--seed", metavar="HEX", help="draw ties by the lot of this seed")
    parser.add_argument("--json", action="store_true", help="print one JSON list")
    return parser


def _read(options: argparse.Namespace) -> dict[str, Reading]:
    """What the files hold, by the names of the files."""
    readings: dict[str, Reading] = {}
    paths = [one for one in options.files if one != options.leftover_to]
    for path in [*paths, *filter(None, [options.leftover_to])]:
        name = PurePath(path).name.removesuffix(".pb")
        if name in readings:
            raise ElectionError(f"Two files are called {name}.")
        try:
            readings[name] = read(path, voters=False)
        except ElectionError as error:
            raise ElectionError(f"{name}: {error}") from error
    return readings


def _count(options: argparse.Namespace, readings: dict[str, Reading]) -> dict[str, Outcome]:
    names = list(readings)
    to = names[-1] if options.leftover_to else ""
    areas = [
        Area(
            name,
            readings[name].election,
            options.rule or _own(readings[name].election),
            tuple(names[:-1]) if name == to else (),
        )
        for name in names
    ]
    return count_areas(areas, lambda one: asked_ties(one, options.seed, options.ties))


def _own(election: Election) -> str:
    return "greedy" if election.rule == "unknown" else election.rule


def _answer(name: str, reading: Reading, outcome: Outcome) -> dict[str, Any]:
    election = reading.election
    return {
        "area": name,
        "rule": outcome.rule,
        "choices": dict(outcome.choices),
        "budget_before": str(election.money(election.budget)),
        "budget": str(election.money(outcome.budget)),
        "cost": str(election.money(outcome.total_cost)),
        "left": str(election.money(left_over(outcome))),
        "currency": election.currency,
        "selected": list(outcome.selected),
        "input_sha256": reading.sha256,
    }
