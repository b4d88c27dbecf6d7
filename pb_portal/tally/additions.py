"""Winners that no rule explains: a city's own additions.

A published file marks with 2 or 3 what was paid from other money. Where the rule does not choose
such a project, the city added it by a decision of its own. It is shown as that, beside the count,
and is no part of it: nothing else is computed from the mark.
"""

from __future__ import annotations

from pb_portal.tally.model import Election
from pb_portal.tally.outcome import Outcome


def city_additions(election: Election, outcome: Outcome) -> tuple[str, ...]:
    """Projects marked as paid from other money that a count by the file's own rule did not choose;
    none where the count was by another rule."""
    own = election.rule.partition(":")[0]
    if own not in ("unknown", outcome.rule.partition(":")[0]):
        return ()
    chosen = set(outcome.selected)
    return tuple(
        project.id
        for project in election.projects
        if project.id not in chosen and (project.official or 0) > 1
    )
