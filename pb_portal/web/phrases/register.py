"""Sentences of the register and of proving identity."""

from __future__ import annotations

from pb_portal.web.phrases.mark import N_

SENTENCES = {
    "register.no_vote": N_("This cycle has no vote, so it needs no register."),
    "register.frozen": N_("The register is frozen and cannot be changed."),
    "register.empty": N_("Nothing is loaded yet. Load the file of residents first."),
    "register.changed": N_(
        "The register was loaded again after this request. Ask for the freeze once more."
    ),
    "register.unfinished": N_(
        "The last file was not loaded to its end. Load it again before freezing."
    ),
    "register.load_again": N_(
        "The register was loaded before its lines carried codes. Load the file again, then freeze."
    ),
    "register.loading": N_("A file is being read for this cycle. Wait until it is done."),
    "register.gave_up": N_("The file could not be read in five attempts. Send it once more."),
    "register.file_gone": N_("The file is no longer there. Send it once more."),
    "register.bad_workbook": N_(
        "This is no XLSX workbook that can be read. Save it once more as XLSX or CSV."
    ),
    "register.not_frozen": N_(
        "The register is not frozen yet: load a corrected file instead of asking for a correction."
    ),
    "register.person_known": N_("This person stands in the register already."),
    "register.person_unknown": N_(
        "The register knows nobody with this IIN and birth date in this cycle."
    ),
    "register.correction_open": N_("A correction about this person waits already."),
    "register.nothing_changed": N_("These are the data the register has already."),
    "register.area_missing": N_("Choose the district of the new person."),
    "register.permanent_missing": N_("Choose how the new person is registered."),
    "register.reason_missing": N_("Write why the register must change."),
    "register.not_the_same": N_(
        "The IIN and the birth date are not those of the person the request is about."
    ),
    "register.desk_languages": N_("Write the name, the address and the hours in all languages."),
    "register.faulty": N_("Some lines are wrong (%(faults)s). Nothing was saved."),
    "register.column_missing": N_("The first line must name the columns; “%(column)s” is missing."),
    "register.unreadable": N_(
        "Line %(line)s cannot be read. Save the table as CSV in UTF-8 or as XLSX."
    ),
    "register.line_short": N_("The line has fewer columns than the first one."),
    "register.iin_wrong": N_("The IIN must be 12 digits with the right check digit."),
    "register.birth_date_wrong": N_("The birth date must look like 1990-05-31 or 31.05.1990."),
    "register.birth_date_differs": N_("The birth date differs from the one inside the IIN."),
    "register.phone_wrong": N_("The phone must be +7 and ten digits."),
    "register.permanent_wrong": N_("Write yes or no in the column “permanent”."),
    "register.area_unknown": N_("There is no such area in this cycle."),
    "register.repeated": N_("The same person already stands on line %(first)s."),
    "register.repeated_kind": N_("The same person already stands on another line."),
    "register.repeated_other": N_(
        "The same person stands on line %(first)s with other data, so neither line can be loaded."
    ),
    "register.repeated_other_kind": N_(
        "The same person stands on another line with other data, so neither can be loaded."
    ),
    "register.sound_reason": N_("Write why the file is not mended first."),
    "register.newer_file": N_("A newer file has been sent since. Ask about that one."),
    "register.nothing_sound": N_("Nothing in this file can be loaded. Mend the file and send it."),
    "register.reads_otherwise": N_(
        "The file reads otherwise than when two people agreed: the cycle was changed since. Send "
        "it again."
    ),
    "register.many_mended": N_(
        "At most %(most)s lines can be added at once. Load the whole file instead."
    ),
    "register.nothing_aside": N_("No lines are set aside. Load a whole file instead."),
    "identity.iin_wrong": N_("Check the IIN: it has 12 digits, and one of these is mistyped."),
    "identity.birth_date_wrong": N_("Enter the date as on the document, for example 31.05.1990"),
    "identity.birth_date_differs": N_("The birth date and the IIN do not belong together."),
    "identity.phone_wrong": N_("Enter a phone like +7 701 123 45 67"),
    "identity.code_wrong": N_("The code is wrong. Attempts left: %(left)s"),
    "identity.code_spent": N_("Five wrong attempts. Ask for a new code."),
    "identity.code_old": N_("This code is used or too old. Ask for a new one."),
    "identity.too_young": N_(
        "You can vote from the age of %(age)s, counted on the first day of the vote."
    ),
    "identity.temporary": N_("Only people registered permanently in the city vote here."),
    "identity.phone_limit": N_(
        "This phone has already served as many voters as the rules allow (%(most)s). "
        "The help desk tells what can be done."
    ),
    "identity.not_matched": N_(
        "The ballot cannot be opened with these data. Check each of them. If they are right, the "
        "help desk finds out with you what differs."
    ),
    "identity.no_ballot": N_(
        "In your district no proposals stand in this vote, or too few to fill a ballot. There is "
        "nothing to choose from this time; your right to vote in the next budget is not touched."
    ),
    "identity.no_ballot_at_all": N_(
        "No proposals stand in this vote, so there is nothing to choose."
    ),
    "identity.provider_silent": N_(
        "The login of the state services does not answer now. Try again in a few minutes, or take "
        "another way."
    ),
    "identity.provider_declined": N_("You did not log in, so the ballot stays closed."),
    "identity.provider_wrong": N_(
        "The answer of the login does not fit your question. Begin once more, or take another way."
    ),
    "identity.paper_code_wrong": N_("Check the code: one of its characters is mistyped."),
    "help.sealed": N_("The vote is still open. Who was helped can be read after its end."),
    "codes.size": N_("A package holds from 1 to %(most)s codes."),
    "codes.area": N_("There is no such district in this cycle."),
    "codes.not_offered": N_("The rules of this vote do not offer codes on paper."),
    "codes.over": N_("The vote is over, so no more codes are made."),
    "codes.printed": N_(
        "This package was printed before, and that cannot be repeated. If the file is lost, revoke "
        "the package and order another."
    ),
    "codes.four_eyes": N_("You ordered this package. Another person must print it."),
    "codes.revoked": N_("This package is revoked."),
}
