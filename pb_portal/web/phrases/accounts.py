"""Sentences of accounts."""

from __future__ import annotations

from pb_portal.web.phrases.mark import N_

SENTENCES = {
    "account.password_short": N_("The password is too short: at least %(least)s characters."),
    "account.password_common": N_("This password is too easy to guess. Choose another one."),
    "account.password_self": N_("The password must differ from your name and address."),
    "account.wrong_login": N_("The address or the password is wrong. Check both and try again."),
    "account.link_dead": N_("This link has been used or is too old. Ask for a new one."),
    "account.own_role": N_("You cannot take away your own administrator role."),
}
