"""Sentences of the vote."""

from __future__ import annotations

from pb_portal.web.phrases.mark import N_

SENTENCES = {
    "ballot.repeated": N_("One proposal is marked twice. Mark each only once."),
    "ballot.not_on_ballot": N_(
        "One of the proposals is not on your ballot. Look at your choice again."
    ),
    "ballot.too_few": N_("Choose at least %(least)s."),
    "ballot.too_many": N_(
        "You may choose at most %(most)s, and %(chosen)s are marked. Put some back first."
    ),
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
    "voting.voted_on_paper": N_("You have already voted on paper in this cycle."),
}
