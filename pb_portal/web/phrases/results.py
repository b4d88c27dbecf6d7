"""Sentences of results: refusals, and the one reason of every proposal."""

from __future__ import annotations

from pb_portal.web.phrases.mark import N_

SENTENCES = {
    "result.no_vote": N_("This cycle has no vote of its own to count."),
    "result.paper_waits": N_(
        "Batches of paper ballots are not decided yet: No. %(numbers)s. Accept each, or set it "
        "aside with a second person, then count."
    ),
    "result.vote_open": N_("The vote is still open. Counting begins after it closes."),
    "result.certified_already": N_("The result is certified and final."),
    "result.rules_not_frozen": N_("The rule book was not frozen before the vote."),
    "result.waiting": N_(
        "The second commissioner is being asked to certify. Counting again is possible after a "
        "refusal."
    ),
    "import.unreadable": N_("The file was not loaded. %(why)s"),
    "import.bad_archive": N_("The archive is damaged or too large."),
    "import.no_files": N_("The archive needs from 1 to %(most)s files that end in .pb."),
    "import.taken": N_("There is a cycle of this name already; choose another one."),
    "result.not_past": N_("Only a certified vote can be counted by other rules."),
    "result.gave_up": N_(
        "The count was begun several times and never came to its end. Look into the log of the "
        "worker, then count again."
    ),
    "result.stray_choice": N_("A ballot names a proposal that did not stand in this vote."),
    "result.rule_unfit": N_("The counting rule “%(rule)s” does not fit these ballots."),
    "result.not_current": N_("This count was replaced by a newer one."),
    "result.checks_fail": N_("A check does not hold, so the result cannot be certified."),
    "result.changed": N_(
        "Counting once more gave something else than before. Nothing was certified: find out "
        "what changed and count again."
    ),
    "result.reason_missing": N_("Write why you decline: the log keeps it."),
    "reason.won": N_("Won: %(remaining)s was left at its turn, %(left)s after it."),
    "reason.won_reserve": N_(
        "Won: %(remaining)s was left at its turn, the missing %(shortfall)s comes from the reserve."
    ),
    "reason.won_award": N_("Won: paid from money outside the budget."),
    "reason.no_money_left": N_(
        "Not enough money: %(remaining)s was left at its turn, %(shortfall)s too little."
    ),
    "reason.over_budget": N_("Costs %(shortfall)s more than the whole budget."),
    "reason.below_threshold": N_(
        "Below the threshold: %(threshold)s votes were needed, %(missing)s were missing."
    ),
    "reason.excluded_by": N_("Cannot be built together with No. %(by)s, which won."),
    "reason.lost_lot": N_(
        "Lost the lot to No. %(against)s: another draw would have made it win. %(remaining)s was "
        "left at its turn, %(shortfall)s too little."
    ),
    "reason.lost_lot_shared": N_(
        "Lost the lot to No. %(against)s: another draw would have made it win. Its supporters had "
        "%(behind)s left, %(shortfall)s too little."
    ),
    "reason.lost_lot_only": N_(
        "Lost the lot to No. %(against)s: another draw would have made it win."
    ),
    "reason.won_shared": N_(
        "Won: its supporters paid for it together, at most %(share)s for one vote."
    ),
    "reason.won_topup": N_(
        "Won with the money left over: %(remaining)s was left at its turn, %(left)s after it."
    ),
    "reason.won_in_turn": N_("Won in turn %(round)s, when each voter had received %(time)s."),
    "reason.too_few_votes": N_(
        "Too few votes for its cost: its supporters held %(behind)s, %(shortfall)s too little."
    ),
    "reason.money_spent": N_(
        "Its supporters’ money went to other winners: %(behind)s was left, %(shortfall)s too "
        "little."
    ),
    "reason.money_spent_on": N_(
        "Its supporters’ money went to other winners, most to No. %(spent_on)s: %(behind)s was "
        "left, %(shortfall)s too little."
    ),
    "reason.too_late": N_(
        "The money ended before its turn: %(remaining)s was left, %(shortfall)s too little."
    ),
    "reason.stopped": N_(
        "The count ended before its turn, at No. %(by)s, which did not fit into the remaining "
        "%(remaining)s."
    ),
    "reason.no_votes": N_("Nobody voted for it."),
    "reason.won_withheld": N_("Won."),
    "reason.lost_withheld": N_("Did not win."),
    "reason.withdrawn": N_("Left the vote before the count."),
    "reason.official_won": N_("Won by the official decision of the city."),
    "reason.official_added": N_(
        "Added by the city’s own decision, paid from other money; the rule did not choose it."
    ),
    "reason.official_lost": N_("Did not win by the official decision of the city."),
    "reason.other_won": N_("Won by the rule “%(rule)s”."),
    "reason.other_lost": N_("Did not win by the rule “%(rule)s”."),
}
