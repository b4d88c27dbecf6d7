"""Commands on accounts. Views and upper rooms call these; none of them commits."""

from __future__ import annotations

from pb_portal.accounts.service.passwords import (
    HASHER,
    SHORTEST_PASSWORD,
    check_password,
    hash_password,
    password_fits,
)
from pb_portal.accounts.service.registration import (
    ask_new_password,
    change_password,
    change_profile,
    confirm,
    register,
    send_confirmation,
    set_password,
)
from pb_portal.accounts.service.sessions import (
    Entry,
    begin,
    close_one,
    close_others,
    close_session,
    complete,
    end_access,
    note_wrong_factor,
    note_wrong_password,
    open_session,
    sign_in,
    tidy,
)
from pb_portal.accounts.service.staff import block, grant_role, revoke_role, unblock

__all__ = [
    "HASHER",
    "SHORTEST_PASSWORD",
    "Entry",
    "ask_new_password",
    "begin",
    "block",
    "change_password",
    "change_profile",
    "check_password",
    "close_one",
    "close_others",
    "close_session",
    "complete",
    "confirm",
    "end_access",
    "grant_role",
    "hash_password",
    "note_wrong_factor",
    "note_wrong_password",
    "open_session",
    "password_fits",
    "register",
    "revoke_role",
    "send_confirmation",
    "set_password",
    "sign_in",
    "tidy",
    "unblock",
]
