"""Sentences of accounts."""

from __future__ import annotations

from pb_portal.web.phrases.mark import N_

SENTENCES = {
    "account.password_short": N_("The password is too short: at least %(least)s characters."),
    "account.password_common": N_("This password is too easy to guess. Choose another one."),
    "account.password_self": N_("The password must differ from your name and address."),
    "account.wrong_login": N_("The address or the password is wrong. Check both and try again."),
    "account.link_dead": N_("This link has been used or is too old. Ask for a new one."),
    "account.wrong_password": N_("This is not your present password."),
    "account.own_block": N_("You cannot block your own account."),
    "account.reason_missing": N_("Write the reason: it stays in the log."),
    "account.nobody": N_("Nobody has registered with this address."),
    "account.own_role": N_("You cannot take away your own administrator role."),
}
