"""Sentences of the vote."""

from __future__ import annotations

from pb_portal.web.i18n import money
from pb_portal.web.phrases.mark import N_

SENTENCES = {
    "voting.letters_many": N_("Too many voters have given this address. Give one of your own."),
    "ballot.repeated": N_("One proposal is marked twice. Mark each only once."),
    "ballot.not_on_ballot": N_(
        "One of the proposals is not on your ballot. Look at your choice again."
    ),
    "ballot.too_few": N_("Choose at least %(least)s."),
    "ballot.too_many": N_(
        "You may choose at most %(most)s, and %(chosen)s are marked. Put some back first."
    ),
    "ballot.too_many_in_area": N_(
        "In one district you may choose at most %(most)s, and %(chosen)s are marked. Put some "
        "back first."
    ),
    "ballot.too_many_areas": N_(
        "You may choose from your own district and one other. Put back what lies elsewhere."
    ),
    "ballot.over_budget": N_(
        "What is marked costs %(over)s more than the budget of its district. Put something back "
        "first."
    ),
    "ballot.points_over": N_(
        "You have %(most)s points, and %(over)s more are given. Take some back first."
    ),
    "ballot.points_over_in_area": N_(
        "You have %(most)s points for each district, and in one of them %(over)s more are given. "
        "Take some back first."
    ),
    "ballot.points_left": N_("All points must be given: %(left)s are left."),
    "ballot.points_left_in_area": N_(
        "All points of a district must be given: in one of them %(left)s are left."
    ),
    "ballot.points_each": N_("Give a proposal from %(least)s to %(most)s points, or none at all."),
    "ballot.points_missing": N_("Each chosen proposal needs its points."),
    "ballot.figure": N_("Write whole numbers only."),
    "ballot.place_taken": N_(
        "Place %(place)s is given to two proposals. Give each place only once."
    ),
    "voting.reminder_late": N_("The vote ends today: no reminder can come in time."),
    "voting.session_over": N_("Your time has run out. Prove your identity once more."),
    "voting.rules_open": N_("The rules of this vote are not fixed yet, so no ballot is accepted."),
    "voting.closed": N_("The vote is closed. Your ballot was not accepted."),
    "voting.still_open": N_("The vote is still open. Nobody can see any figures before its end."),
    "voting.already_voted": N_(
        "You have already voted in this cycle, and its rules do not let a vote be changed."
    ),
    "voting.former_lost": N_(
        "Your former ballot cannot be found, so a new one would count twice. Tell the commission: "
        "it must explain this."
    ),
    "ledger.unreadable": N_(
        "This ballot is in the box, but its place in the ledger cannot be read now. "
        "The commission must explain this."
    ),
    "voting.voided": N_("Your vote in this cycle was declared void by two people."),
    "voting.in_person": N_(
        "You may vote again, but in person: an operator at the desk opens the ballot for you."
    ),
    "voting.voted_on_paper": N_("You have already voted on paper in this cycle."),
}

NAMES = {"ballot.over_budget": {"over": money}}
