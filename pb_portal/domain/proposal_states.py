"""The life of a proposal: one table of transitions for pages, services and tests."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pb_portal.domain.refusal import Refusal


class ProposalState(StrEnum):
    """States of a proposal, as the product names them."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    RESUBMITTED = "resubmitted"
    ADMITTED = "admitted"
    REJECTED = "rejected"
    APPEALED = "appealed"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    SELECTED = "selected"
    NOT_SELECTED = "not_selected"


class ProposalAction(StrEnum):
    """What can be done to a proposal."""

    SUBMIT = "submit"
    TAKE = "take"
    RETURN = "return"
    RESUBMIT = "resubmit"
    ADMIT = "admit"
    REJECT = "reject"
    APPEAL = "appeal"
    GRANT = "grant"
    UPHOLD = "uphold"
    WITHDRAW = "withdraw"
    MERGE = "merge"
    SELECT = "select"
    PASS_OVER = "pass_over"  # noqa: S105 - an action, not a password


@dataclass(frozen=True)
class Step:
    """One allowed transition. `by` is who does it: author, reviewer, secretary, system."""

    action: ProposalAction
    origin: ProposalState
    target: ProposalState
    by: str
    needs_reason: bool = False


S, A = ProposalState, ProposalAction

STEPS: tuple[Step, ...] = (
    Step(A.SUBMIT, S.DRAFT, S.SUBMITTED, "author"),
    Step(A.TAKE, S.SUBMITTED, S.IN_REVIEW, "reviewer"),
    Step(A.TAKE, S.RESUBMITTED, S.IN_REVIEW, "reviewer"),
    Step(A.RETURN, S.IN_REVIEW, S.RETURNED, "reviewer", needs_reason=True),
    Step(A.RESUBMIT, S.RETURNED, S.RESUBMITTED, "author"),
    Step(A.ADMIT, S.IN_REVIEW, S.ADMITTED, "secretary"),
    Step(A.REJECT, S.IN_REVIEW, S.REJECTED, "secretary", needs_reason=True),
    Step(A.APPEAL, S.REJECTED, S.APPEALED, "author", needs_reason=True),
    Step(A.GRANT, S.APPEALED, S.IN_REVIEW, "secretary", needs_reason=True),
    Step(A.UPHOLD, S.APPEALED, S.REJECTED, "secretary", needs_reason=True),
    Step(A.SELECT, S.ADMITTED, S.SELECTED, "system"),
    Step(A.PASS_OVER, S.ADMITTED, S.NOT_SELECTED, "system"),
    *(
        Step(A.WITHDRAW, origin, S.WITHDRAWN, "author")
        for origin in (S.SUBMITTED, S.IN_REVIEW, S.RETURNED, S.RESUBMITTED)
    ),
    *(
        Step(A.MERGE, origin, S.MERGED, "secretary", needs_reason=True)
        for origin in (S.SUBMITTED, S.IN_REVIEW, S.RETURNED, S.RESUBMITTED)
    ),
)

PUBLIC = frozenset(ProposalState) - {S.DRAFT}
ON_BALLOT = frozenset({S.ADMITTED, S.SELECTED, S.NOT_SELECTED})
WITH_AUTHOR = frozenset({S.DRAFT, S.RETURNED})
WITH_REVIEWERS = frozenset({S.SUBMITTED, S.IN_REVIEW, S.RESUBMITTED})
IN_STAFF_HANDS = WITH_REVIEWERS | {S.APPEALED}

REACHED: dict[str, frozenset[ProposalState]] = {
    "review": IN_STAFF_HANDS,
    "rework": frozenset({S.RETURNED}),
    "voting": frozenset({S.ADMITTED}),
    "results": frozenset({S.SELECTED, S.NOT_SELECTED}),
}
"""Which phase of the cycle a proposal has come to, by the phase's kind."""


class Ground(StrEnum):
    """Published grounds of a rejection."""

    NOT_COMMON_LAND = "not_common_land"
    OUTSIDE_AREA = "outside_area"
    OVER_CAP = "over_cap"
    DESIGN_ONLY = "design_only"
    NETWORK_ZONE = "network_zone"
    ALREADY_PLANNED = "already_planned"
    DUPLICATE = "duplicate"
    NOT_LAWFUL = "not_lawful"
    PERSONAL_DATA = "personal_data"
    INCOMPLETE = "incomplete"


def step_for(state: ProposalState | str, action: ProposalAction) -> Step:
    """The transition for this action from this state; raises `Refusal` when there is none."""
    for step in STEPS:
        if step.action == action and step.origin == state:
            return step
    raise Refusal("proposal.step_refused", state=str(state), action=str(action))


def steps_from(state: ProposalState | str, by: str) -> list[Step]:
    """What this kind of person can do from this state; buttons are drawn from it."""
    return [step for step in STEPS if step.origin == state and step.by == by]
