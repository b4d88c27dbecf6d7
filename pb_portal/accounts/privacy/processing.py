"""The register of processing: what data, what for, on what ground, how long, who sees them."""

from __future__ import annotations

from dataclasses import dataclass

from pb_portal.web.phrases.mark import N_, Sentence

CONSENT = N_("Your consent, given when you register; you may withdraw it.")
TASK = N_("The city's task to hold the participatory budget and to keep its vote honest.")
SAFETY = N_("The duty to protect accounts and the vote against abuse.")


@dataclass(frozen=True)
class Processing:
    """One purpose for which personal data are kept."""

    title: Sentence
    data: Sentence
    why: Sentence
    ground: Sentence
    kept: Sentence
    seen: Sentence


PROCESSING = (
    Processing(
        N_("Account"),
        N_(
            "Name, e-mail address, language, a fingerprint of the password; your district if you "
            "name it."
        ),
        N_("To sign in, to write to you, and to put your name beside what you publish."),
        CONSENT,
        N_("Until you delete the account."),
        N_("You; an administrator who looks the account up, and each time is shown to you."),
    ),
    Processing(
        N_("Proposals, comments, supports"),
        N_("What you write and draw, your name beside it, what you support and follow."),
        N_("To examine proposals in public and to tell you about them."),
        CONSENT,
        N_(
            "Published texts stay as a record of the city, without your name once the account is "
            "deleted; supports and follows go."
        ),
        N_("Everybody sees published texts and names; only you see what you support and follow."),
    ),
    Processing(
        N_("Paper applications"),
        N_("Name, phone and e-mail address of the applicant, a scan of the application."),
        N_("To enter what people hand in on paper, and to ask them back."),
        TASK,
        N_(
            "Contacts until the applicant claims the application with an account; the scan until "
            "the records of the cycle are closed."
        ),
        N_("The registrar who opens the contacts; each time is recorded."),
    ),
    Processing(
        N_("Register of residents"),
        N_(
            "Keyed fingerprints of the IIN, the birth date and the phone; district, kind of "
            "registration, whether old enough."
        ),
        N_("To let every resident vote once."),
        TASK,
        N_("Until the register of the cycle is removed after the time for appeals."),
        N_("Nobody reads them: without a key kept outside the database they mean nothing."),
    ),
    Processing(
        N_("The vote"),
        N_(
            "That you took part, the day and the way; apart from it, a ballot that nobody can "
            "join with you."
        ),
        N_("To count every vote once."),
        TASK,
        N_(
            "That you took part: until the register of the cycle is removed. Ballots stay, they "
            "name nobody."
        ),
        N_("You, after proving your identity. Nobody else sees whether you voted."),
    ),
    Processing(
        N_("Signs of abuse in the vote"),
        N_(
            "Keyed fingerprints of phone, address and device, with the hour of the vote and "
            "never the choice."
        ),
        N_("To find borrowed identities."),
        SAFETY,
        N_("90 days."),
        N_("The fraud desk, as fingerprints."),
    ),
    Processing(
        N_("Letters and messages"),
        N_("Where a letter goes, and its text."),
        N_("To send it, and to send it again when the mail server is down."),
        CONSENT,
        N_("Letters 30 days, messages with codes one day."),
        N_("Nobody; the mail server and the message gateway carry them."),
    ),
    Processing(
        N_("Log of acts"),
        N_("Who did what and when, by the number of the account, without names and texts."),
        N_("So that every decision can be traced."),
        SAFETY,
        N_("For good: rows are only added."),
        N_("The auditor."),
    ),
)
