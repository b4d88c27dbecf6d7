"""Sentences of voting on paper."""

from __future__ import annotations

from flask_babel import gettext as _

from pb_portal.domain.polling import BatchState, Verdict
from pb_portal.web.phrases.mark import N_

SENTENCES = {
    "polling.no_area": N_("Choose a district of this cycle."),
    "polling.nobody_in_charge": N_("Choose at least one registrar who serves this district."),
    "polling.area_fixed": N_("The district of a point stays: open another point instead."),
    "polling.point_changed": N_(
        "Somebody has changed this point meanwhile. Look at it once more, then decide."
    ),
    "polling.not_in_charge": N_(
        "You are not in charge of this polling point. Ask for it to be given to you first."
    ),
    "polling.point_closed": N_("This polling point is closed."),
    "polling.not_open": N_("The vote is not open now, so no paper is handed out or taken back."),
    "polling.unknown": N_(
        "The register does not know this IIN with this birth date. Compare both with the document "
        "once more. If they are right, this person was not registered when the register was frozen."
    ),
    "polling.other_district": N_("This person is registered in another district and votes there."),
    "polling.too_young": N_("This person is not %(age)s yet on the first day of the vote."),
    "polling.temporary": N_("Only those with permanent registration vote in this cycle."),
    "polling.voted_on_portal": N_("This person has already voted on the portal."),
    "polling.has_paper": N_("This person has already been handed a paper."),
    "polling.reason_missing": N_("Write the reason."),
    "polling.nothing_to_take_back": N_("This person has no paper any more: nothing is taken back."),
    "polling.other_point": N_("The paper was handed out at another polling point: ask there."),
    "polling.counter_altered": N_(
        "The number of papers handed out here was altered outside the portal. Hand out no more "
        "papers and call the commission."
    ),
    "polling.counters_differ": N_(
        "The papers handed out are not those of the people marked at the desks. No batch goes into "
        "the box before this is cleared up: ask for an audit of the vote."
    ),
    "polling.batch_size": N_("A batch has from 1 to %(most)s ballots."),
    "polling.no_proposals": N_("No proposal stands on the ballot of this district."),
    "polling.numbers_used_up": N_("There are not so many numbers left in this cycle."),
    "polling.printed_already": N_(
        "This batch was handed over. It cannot be printed again: make a new one."
    ),
    "polling.received_by_self": N_("Somebody else must receive what you hand over."),
    "polling.receiver_not_in_charge": N_("Choose a person in charge of this point."),
    "polling.stale": N_(
        "The proposals on the ballot have changed since this batch was made. Destroy these papers "
        "and make a new batch."
    ),
    "polling.batch_moved": N_(
        "Somebody else has carried this batch on meanwhile. It is now: %(state)s."
    ),
    "polling.equation": N_(
        "The figures add up to %(sum)s, but the batch has %(issued)s ballots. Count once more."
    ),
    "polling.missing_reason": N_("Write why ballots are missing: a second person must agree."),
    "polling.missing_waits": N_("A second person must agree first why ballots are missing."),
    "polling.rounds_taken": N_("Others type this batch already. Take another one."),
    "polling.keyed_it": N_("You have typed this batch yourself, so somebody else must decide."),
    "polling.serial_wrong": N_(
        "This is not the number of a ballot. Type it with its last digit, which checks the others."
    ),
    "polling.not_in_batch": N_("This batch has the ballots from %(first)s to %(last)s."),
    "polling.typed_already": N_(
        "You have typed ballot %(serial)s already. To correct it, mark “Replace what I typed”."
    ),
    "polling.all_typed": N_("You have typed all %(cast)s ballots that were cast."),
    "polling.typed_differs": N_(
        "You have typed %(typed)s ballots, but %(cast)s were cast. Look for the others, or correct "
        "the equation of the batch."
    ),
    "polling.settled_differs": N_(
        "%(settled)s ballots are decided, but the equation says that %(cast)s were cast. Correct "
        "the equation first."
    ),
    "polling.marks_wrong": N_("Type the places of the marked boxes, with spaces: 3 7 12."),
    "polling.marks_points": N_("Type place and points of each mark, with spaces: 3*5 7*2."),
    "polling.no_such_place": N_("There is no box %(place)s on this ballot: the last is %(last)s."),
    "polling.no_difference": N_("Both people read this ballot alike: nothing is to be decided."),
    "polling.differences_left": N_("%(left)s ballots are still to be decided."),
    "polling.not_returned": N_("Scans are attached once the batch has come back."),
    "polling.scans_many": N_("A batch has at most %(most)s scans: put pages into one PDF."),
    "polling.certified": N_("The result is certified: no paper enters the box any more."),
    "polling.invented": N_(
        "There are more papers than people who were handed one. This batch is not accepted: "
        "the commission must find out why."
    ),
    "polling.no_gap": N_("There is nothing to explain now."),
    "polling.gap_changed": N_("The figures have changed since this was written. Decline it."),
}


def state_word(state: str) -> str:
    """Where a batch is, in words."""
    return str(
        {
            BatchState.PRINTED: _("made, not handed over"),
            BatchState.ISSUED: _("at the polling point"),
            BatchState.RETURNED: _("came back"),
            BatchState.KEYED_ONCE: _("typed once"),
            BatchState.KEYED_TWICE: _("typed twice, readings differ"),
            BatchState.AGREED: _("readings agree"),
            BatchState.ACCEPTED: _("in the box"),
            BatchState.SET_ASIDE: _("set aside"),
        }.get(BatchState(state), state)
    )


def verdict_word(verdict: str) -> str:
    """What was seen on a ballot, in words."""
    return str(
        {
            Verdict.VALID: _("valid"),
            Verdict.BLANK: _("invalid: no mark"),
            Verdict.AGAINST_RULES: _("invalid: against the rules"),
            Verdict.UNREADABLE: _("invalid: unreadable"),
            Verdict.ABSENT: _("not in the batch"),
        }.get(Verdict(verdict), verdict)
    )


NAMES = {"polling.batch_moved": {"state": state_word}}
