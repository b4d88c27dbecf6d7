"""Sentences of the fraud desk."""

from __future__ import annotations

from pb_portal.web.phrases.mark import N_

SENTENCES = {
    "fraud.no_flag": N_("Mark at least one sign to open a case."),
    "fraud.in_case": N_("One of these signs belongs to a case already. Open the page anew."),
    "fraud.forgotten": N_("What was known of these votes was deleted after 90 days."),
    "fraud.not_now": N_("The case is in another state by now. Open the page anew."),
    "fraud.reason_missing": N_("Write the reason."),
    "fraud.note_missing": N_("Write the note."),
    "fraud.reason_unknown": N_("Choose a reason from the list."),
    "fraud.sentence_missing": N_("Write one sentence that the public and the voters will read."),
    "fraud.nobody_chosen": N_("Mark at least one vote."),
    "fraud.void_already": N_("None of these votes lies in the box or counts any more."),
    "fraud.nothing_void": N_("No ballot of this person is void, or the vote was given back."),
    "fraud.certified": N_(
        "The result is certified: no ballot becomes void any more. Complaints go to the court."
    ),
    "fraud.started": N_("The vote has begun, so the thresholds stay as they are."),
    "fraud.threshold": N_("Enter a whole number from %(least)s to %(most)s."),
    "fraud.place": N_("“%(place)s” is no network address. Write one on each line."),
}
