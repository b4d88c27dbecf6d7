"""Sentences of accounts."""

from __future__ import annotations

from pb_portal.web.i18n import next_minute
from pb_portal.web.phrases.mark import N_

SENTENCES = {
    "privacy.consent_is_account": N_("The account stands on this consent: it ends by deleting it."),
    "privacy.too_many_links": N_("Three links are on their way already. Wait a day."),
    "privacy.asked_already": N_("You have asked for this already; the answer is on its way."),
    "privacy.answered_already": N_("This request is answered already."),
    "privacy.answer_missing": N_("Write what was done, or why not."),
    "privacy.own_request": N_("Your own request is answered by another administrator."),
    "privacy.staff_first": N_(
        "This account has staff roles. An administrator takes them away first."
    ),
    "account.name_reserved": N_("This name means something else on the portal. Choose another."),
    "account.password_short": N_("The password is too short: at least %(least)s characters."),
    "account.password_common": N_("This password is too easy to guess. Choose another one."),
    "account.password_self": N_("The password must differ from your name and address."),
    "account.wrong_login": N_("The address or the password is wrong. Check both and try again."),
    "account.slow_down": N_(
        "There were too many wrong tries. Come back after %(until)s and try again. Nothing is "
        "locked: a link for a new password works at once."
    ),
    "factor.code_wrong": N_(
        "This code does not fit, or it has been used. Wait for the next one and type it again."
    ),
    "factor.passkey_unfit": N_("The passkey did not work. Try again, or use a code."),
    "factor.too_many": N_("You have %(most)s passkeys already. Remove one first."),
    "factor.app_known": N_("You have a code app already. Remove it before you set up another one."),
    "factor.app_missing": N_("No code app is being set up. Begin again."),
    "factor.last_one": N_(
        "This is your last second factor, and your role needs one. Add another first."
    ),
    "factor.sealed_otherwise": N_(
        "Codes cannot be checked just now. Use a passkey or a recovery code and tell the operator."
    ),
    "account.link_dead": N_("This link has been used or is too old. Ask for a new one."),
    "account.wrong_password": N_("This is not your present password."),
    "account.own_block": N_("You cannot block your own account."),
    "account.reason_missing": N_("Write the reason: it stays in the log."),
    "account.role_needs_two": N_("This role is given by two people: ask for it with a reason."),
    "account.needs_two": N_(
        "This person decides or watches a vote: a second person must agree to this."
    ),
    "account.role_gone": N_("This person no longer holds the role."),
    "account.blocked_already": N_("This account is blocked already."),
    "account.not_blocked": N_("This account is not blocked."),
    "account.roles_apart": N_(
        "Nobody is an administrator and a commissioner or registrar at once: whoever gives power "
        "over a vote has none in it."
    ),
    "account.role_whole_city": N_("This role is given for the whole city only."),
    "account.no_factor": N_("This person has no second factor to remove."),
    "account.nobody": N_("Nobody has registered with this address."),
    "account.own_role": N_("You cannot take away your own administrator role."),
}

NAMES = {"account.slow_down": {"until": next_minute}}
