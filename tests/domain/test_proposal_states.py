"""The life of a proposal: every state with every action, and walks at random."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pb_portal.domain.proposal_states import (
    IN_STAFF_HANDS,
    ON_BALLOT,
    PUBLIC,
    STEPS,
    WITH_AUTHOR,
    ProposalAction,
    ProposalState,
    step_for,
    steps_from,
)
from pb_portal.domain.refusal import Refusal

S, A = ProposalState, ProposalAction
ALLOWED = {
    (S.DRAFT, A.SUBMIT): S.SUBMITTED,
    (S.SUBMITTED, A.TAKE): S.IN_REVIEW,
    (S.RESUBMITTED, A.TAKE): S.IN_REVIEW,
    (S.APPEALED, A.GRANT): S.IN_REVIEW,
    (S.APPEALED, A.UPHOLD): S.REJECTED,
    (S.IN_REVIEW, A.RETURN): S.RETURNED,
    (S.IN_REVIEW, A.ADMIT): S.ADMITTED,
    (S.IN_REVIEW, A.REJECT): S.REJECTED,
    (S.RETURNED, A.RESUBMIT): S.RESUBMITTED,
    (S.REJECTED, A.APPEAL): S.APPEALED,
    (S.ADMITTED, A.SELECT): S.SELECTED,
    (S.ADMITTED, A.PASS_OVER): S.NOT_SELECTED,
    (S.SUBMITTED, A.WITHDRAW): S.WITHDRAWN,
    (S.IN_REVIEW, A.WITHDRAW): S.WITHDRAWN,
    (S.RETURNED, A.WITHDRAW): S.WITHDRAWN,
    (S.RESUBMITTED, A.WITHDRAW): S.WITHDRAWN,
    (S.SUBMITTED, A.MERGE): S.MERGED,
    (S.IN_REVIEW, A.MERGE): S.MERGED,
    (S.RETURNED, A.MERGE): S.MERGED,
    (S.RESUBMITTED, A.MERGE): S.MERGED,
}
FINAL = {S.WITHDRAWN, S.MERGED, S.SELECTED, S.NOT_SELECTED}


@pytest.mark.parametrize(("state", "action"), list(product(S, A)))
def test_each_action_from_each_state_leads_where_the_product_says_or_is_refused(
    state: ProposalState, action: ProposalAction
) -> None:
    if (state, action) in ALLOWED:
        assert step_for(state, action).target == ALLOWED[state, action]
    else:
        with pytest.raises(Refusal) as refused:
            step_for(state, action)
        assert refused.value.code == "proposal.step_refused"


def test_no_pair_of_state_and_action_stands_twice_in_the_table() -> None:
    pairs = [(step.origin, step.action) for step in STEPS]
    assert len(pairs) == len(set(pairs))


def test_what_takes_something_from_the_author_needs_a_reason() -> None:
    reasoned = {step.action for step in STEPS if step.needs_reason}
    assert reasoned == {A.RETURN, A.REJECT, A.APPEAL, A.GRANT, A.UPHOLD, A.MERGE}


@given(st.lists(st.sampled_from(list(A)), max_size=40))
def test_a_walk_never_leaves_the_table_and_never_comes_back_to_a_draft(
    actions: list[ProposalAction],
) -> None:
    state, seen = S.DRAFT, [S.DRAFT]
    for action in actions:
        try:
            state = step_for(state, action).target
        except Refusal:
            continue
        seen.append(state)
    assert S.DRAFT not in seen[1:]
    assert all(before not in FINAL for before in seen[:-1])
    assert {S.SELECTED, S.NOT_SELECTED}.isdisjoint(seen) or S.ADMITTED in seen
    if S.ADMITTED in seen:
        assert S.IN_REVIEW in seen[: seen.index(S.ADMITTED)]
    if seen[-1] != S.DRAFT:
        assert seen[-1] in PUBLIC


@given(st.sampled_from(list(S)), st.sampled_from(["author", "reviewer", "secretary", "system"]))
def test_buttons_offer_exactly_what_the_table_allows(state: ProposalState, by: str) -> None:
    for step in steps_from(state, by):
        assert step_for(state, step.action) == step
        assert step.by == by
    assert {step.action for step in steps_from(state, by)} == {
        step.action for step in STEPS if step.origin == state and step.by == by
    }


def test_a_proposal_is_in_one_pair_of_hands_at_most() -> None:
    assert not WITH_AUTHOR & IN_STAFF_HANDS
    assert not (WITH_AUTHOR | IN_STAFF_HANDS) & ON_BALLOT
    assert set(S) - {S.DRAFT} == PUBLIC
