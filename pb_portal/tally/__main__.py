"""``python -m pb_portal.tally FILE.pb``: count a published election without the portal.

``python -m pb_portal.tally verify BUNDLE`` checks a result bundle (``bundle.command``),
``python -m pb_portal.tally receipt PROOF.json`` checks a voter's receipt (``receipt.command``),
``python -m pb_portal.tally areas FILE…`` counts several areas together (``areas_command``).
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pb_portal.tally import (
    Election,
    ElectionError,
    Explanation,
    Outcome,
    city_additions,
    count,
    names,
    parse_rule,
)
from pb_portal.tally.english import MONEY, sentence
from pb_portal.tally.lots import asked_ties
from pb_portal.tally.pabulib import Reading, read
from pb_portal.tally.whatif import Edges, edges

EPILOG = """Rules: %(rules)s. Options follow a colon, such as greedy:threshold=50.
Without --rule the file's own rule is used; ties follow the order the published result shows
(among equals the selected first, then the order of the file), unless --ties or --seed says
otherwise. Exit status 2: the file or the rule was refused."""


@dataclass(frozen=True)
class Counted:
    """One count and what it took."""

    reading: Reading
    outcome: Outcome
    seconds: float
    notices: tuple[str, ...]
    edges: Mapping[str, Edges] | None = None
    added: tuple[str, ...] = ()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["verify"]:
        from pb_portal.tally.bundle.command import main as verify

        return verify(given[1:])
    if given[:1] == ["receipt"]:
        from pb_portal.tally.receipt.command import main as receipt

        return receipt(given[1:])
    if given[:1] == ["areas"]:
        from pb_portal.tally.areas_command import main as areas

        return areas(given[1:])
    options = _parser().parse_args(given)
    try:
        counted = _count(options)
    except (ElectionError, OSError) as error:
        print(_reason(error), file=sys.stderr)
        return 2
    try:
        _show(counted, options)
    except BrokenPipeError:
        sys.stderr.close()
    return 0


def _show(counted: Counted, options: argparse.Namespace) -> None:
    if options.json:
        print(json.dumps(_as_json(counted, options.explain), ensure_ascii=False))
    else:
        _print(counted, options.explain)
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pb_portal.tally",
        description="Count an election in Pabulib's format: winners, cost, reasons.",
        epilog=EPILOG % {"rules": ", ".join(names())},
    )
    parser.add_argument("file", metavar="FILE.pb", help="the election, or - for standard input")
    parser.add_argument("--rule", metavar="ID", help="count by this rule")
    parser.add_argument("--ties", choices=("official", "file"), default="official")
    parser.add_argument("--seed", metavar="HEX", help="draw ties by the lot of this seed")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--explain", action="store_true", help="say why for every project")
    parser.add_argument(
        "--edges",
        metavar="SECONDS",
        type=float,
        help="search for so long how far each project was from the other outcome",
    )
    return parser


def _count(options: argparse.Namespace) -> Counted:
    source = sys.stdin.buffer if options.file == "-" else options.file
    reading = read(source, voters=False)
    election = reading.election
    notices = tuple(map(str, reading.notices))
    rule = options.rule or election.rule
    if rule == "unknown":
        rule = "greedy"
        notices = (*notices, "Counted by greedy, since no rule is named.")
    ties = asked_ties(election, options.seed, options.ties)
    asked = parse_rule(rule)
    if asked.name == "greedy-exclusive" != election.rule and not election.conflicts:
        notices = (*notices, "The rule excludes rivals, and no conflict is known: as by greedy.")
    started = time.perf_counter()
    outcome = count(election, asked, ties)
    seconds = time.perf_counter() - started
    found = None if options.edges is None else edges(election, asked, ties, options.edges)
    added = city_additions(election, outcome)
    return Counted(reading, outcome, seconds, notices, found, added)


def _as_json(counted: Counted, explain: bool) -> dict[str, object]:
    election, outcome = counted.reading.election, counted.outcome
    result: dict[str, object] = {
        "rule": outcome.rule,
        "selected": list(outcome.selected),
        "total_cost": _number(election, outcome.total_cost),
        "outside_cost": _number(election, outcome.outside_cost),
        "budget": _number(election, outcome.budget),
        "currency": election.currency,
        "input_sha256": counted.reading.sha256,
        "seconds": round(counted.seconds, 6),
        "peak_mb": _peak_mb(),
        "choices": dict(outcome.choices),
        "added_by_city": list(counted.added),
        "notices": list(counted.notices),
    }
    if explain:
        result["explanations"] = [
            {
                "id": one.project_id,
                "rank": one.rank,
                "score": one.score,
                "cost": _number(election, one.cost),
                "behind": _number(election, one.behind),
                "shortfall": _number(election, one.shortfall),
                "selected": one.selected,
                "code": one.code,
                "params": _params(election, one.params),
                "added_by_city": one.project_id in counted.added,
                "sentence": _sentence(counted, one),
            }
            for one in outcome.explanations
        ]
    if counted.edges is not None:
        result["edges"] = {
            one: {
                "voters": edge.voters,
                "cost": None if edge.cost is None else _number(election, edge.cost),
            }
            for one, edge in counted.edges.items()
        }
    return result


def _sentence(counted: Counted, explanation: Explanation) -> str:
    """The reason; of a city's own addition too, which the count does not choose."""
    reason = sentence(counted.reading.election, explanation)
    if explanation.project_id in counted.added:
        return f"added by the city, not chosen by the rule: {reason}"
    return reason


def _params(election: Election, params: Mapping[str, object]) -> dict[str, object]:
    return {
        key: _number(election, value) if key in MONEY and isinstance(value, int) else value
        for key, value in params.items()
    }


def _number(election: Election, amount: int) -> int | float:
    """An amount in the file's currency; a fraction prints with the digits it has."""
    unit = 10**election.scale
    return amount // unit if amount % unit == 0 else float(election.money(amount))


def _peak_mb() -> float | None:
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024 * 1024 if sys.platform == "darwin" else 1024), 1)


def _print(counted: Counted, explain: bool) -> None:
    election, outcome = counted.reading.election, counted.outcome
    named = {project.id: project.name for project in election.projects}
    print(f"rule      {outcome.rule}")
    print(f"choices   {'; '.join(f'{key}: {value}' for key, value in outcome.choices.items())}")
    print(f"input     sha256 {counted.reading.sha256}")
    print(f"budget    {_number(election, outcome.budget)} {election.currency}".rstrip())
    print(f"cost      {_number(election, outcome.total_cost)} {election.currency}".rstrip())
    if outcome.outside_cost:
        print(f"  outside {_number(election, outcome.outside_cost)} {election.currency}".rstrip())
    for notice in counted.notices:
        print(f"notice    {notice}")
    print(f"winners   {len(outcome.selected)} of {len(election.projects)}")
    if counted.added:
        print(f"added     {', '.join(counted.added)}: by the city's own decision, not by the rule")
    if explain:
        for one in outcome.explanations:
            mark = "+" if one.selected else "-"
            print(f"{mark} {one.rank:>3}  {one.project_id}  {one.score}  {named[one.project_id]}")
            print(f"        {_sentence(counted, one)}")
            for line in _edge_lines(counted, one.project_id):
                print(f"        {line}")
        return
    for project_id in outcome.selected:
        print(f"  {project_id}  {named[project_id]}".rstrip())


def _edge_lines(counted: Counted, project_id: str) -> Iterator[str]:
    edge = (counted.edges or {}).get(project_id)
    if edge is not None and edge.voters is not None:
        yield f"with {edge.voters} more voters for it alone it would have won"
    if edge is not None and edge.cost is not None:
        election = counted.reading.election
        yield f"it wins at a cost up to {_number(election, edge.cost)} {election.currency}".rstrip()


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"The file cannot be read: {error.strerror or error}."
    return str(error)


if __name__ == "__main__":
    gc.disable()  # a command that ends soon has nothing to tidy up
    sys.exit(main())
