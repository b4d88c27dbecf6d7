"""Sentences of comments, of writing together and of appeals; names of what is reported."""

from __future__ import annotations

from flask_babel import gettext

from pb_portal.web.phrases.mark import N_, NP_, say

SENTENCES = {
    "comment.empty": N_("Write your comment first."),
    "comment.twice": N_("You have just written exactly this. It stands on the page already."),
    "comment.blocked": N_(
        "Comments here cannot have the word “%(word)s”. Your text is kept below: put it another "
        "way and send it again."
    ),
    "text.blocked": N_(
        "Public text cannot have the word “%(word)s”. Put it another way and send it again."
    ),
    "text.held": N_(
        "A word here is on the city's list of words that moderators look at. Put it another way."
    ),
    "comment.parent_hidden": N_("The comment you answer is hidden now, so it takes no answers."),
    "comment.own": N_("This is your own comment."),
    "comment.report_reason": N_("Choose what is wrong with the comment."),
    "comment.reason_missing": N_("Write the reason: it stands in place of the comment."),
    "words.wrong": N_("Write one word of %(least)s to %(most)s letters, without spaces."),
    "words.choose": N_("Choose the language and what happens."),
    "words.known": N_("The list has “%(word)s” already, which covers this word."),
    "coauthor.email_wrong": N_("Write an e-mail address, for example aigul@example.kz."),
    "coauthor.yourself": N_("This is your own address. Invite somebody else."),
    "coauthor.already": N_("This person has been invited already."),
    "coauthor.already_writes": N_("You write this proposal already."),
    "coauthor.asked_already": N_("You have asked already. The author will answer by letter."),
    "coauthor.cannot_lead": N_("This account is blocked, so it cannot take the proposal over."),
    "coauthor.full": N_("A proposal has at most %(most)s co-authors."),
    "coauthor.too_many_letters": N_(
        "So many letters about this went out today that no more do. Try again tomorrow."
    ),
    "coauthor.too_many_requests": N_("The author cannot take more requests now."),
    "coauthor.answered": N_("This has been answered already."),
    "coauthor.closed": N_("The proposal is closed, so its authors no longer change."),
    "appeal.too_short": N_("Tell why in at least %(least)s characters."),
    "appeal.once": N_("A rejection can be appealed against once, and this one has been."),
    "appeal.late": N_("The time for an appeal is over."),
    "appeal.words_missing": N_("Write a sentence: the author and residents will read it."),
}

REPORT_REASONS = {
    "insult": N_("Insults somebody"),
    "personal_data": N_("Shows somebody's personal data"),
    "spam": N_("Advertising or the same text again and again"),
    "off_topic": N_("Has nothing to do with the proposal"),
    "other": N_("Something else"),
}

LANGUAGES = {
    "kk": NP_("language", "Kazakh"),
    "ru": NP_("language", "Russian"),
    "en": NP_("language", "English"),
}

EFFECTS = {
    "refuse": N_("The text is not taken"),
    "hold": N_("A moderator reads it first"),
}


ORDERS = {
    "new": N_("Newest"),
    "old": N_("Oldest"),
    "replied": N_("Most answered"),
}


def order_name(code: str) -> str:
    """The name of an order of comments."""
    return str(gettext(ORDERS[code].source))


def report_reason(code: str) -> str:
    """What a resident says is wrong with a comment."""
    return str(gettext(REPORT_REASONS[code].source))


def word_language(code: str) -> str:
    """The language of a word on the list."""
    return say(LANGUAGES[code])


def word_effect(code: str) -> str:
    """What happens to a comment with a word of the list."""
    return str(gettext(EFFECTS[code].source))
