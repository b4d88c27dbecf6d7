"""How passwords are chosen, kept and checked."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from pb_portal.accounts.models import Person
from pb_portal.accounts.queries import Credentials
from pb_portal.domain.refusal import Refusal

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""argon2id; 19 MiB and two passes, the least OWASP's Password Storage Cheat Sheet names."""

SHORTEST_PASSWORD = 10
_NOBODY = HASHER.hash(secrets.token_hex(16))
_COMMON = frozenset(
    [
        "1234567890",
        "0123456789",
        "0987654321",
        "1111111111",
        "12345678910",
        "123456789012",
        "1q2w3e4r5t",
        "qwertyuiop",
        "qwerty12345",
        "qwerty123456",
        "password12",
        "password123",
        "password1234",
        "йцукенгшщз",
    ]
)


def check_password(password: str, *, email: str = "", name: str = "") -> None:
    """Refuse a short, common or self-naming password (ASVS 6.2: length, no composition rules)."""
    if len(password) < SHORTEST_PASSWORD:
        raise Refusal("account.password_short", field="password", least=SHORTEST_PASSWORD)
    folded = password.casefold()
    if folded in _COMMON or len(set(folded)) < 4:
        raise Refusal("account.password_common", field="password")
    if folded in {email.casefold(), name.casefold()}:
        raise Refusal("account.password_self", field="password")


def hash_password(password: str, *, email: str = "", name: str = "") -> str:
    """The hash of a password that is good enough.

    It costs tens of milliseconds by design: call it before `transaction()`, never inside.
    """
    check_password(password, email=email, name=name)
    return HASHER.hash(password)


def password_fits(person: Person | Credentials | None, password: str) -> bool:
    """Whether the password is the person's; takes as long when there is no such person, or one
    who has not chosen a password yet.

    As slow as hashing: call it before `transaction()`, never inside.
    """
    stored = (person.password_hash if person else "") or _NOBODY
    try:
        HASHER.verify(stored, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return person is not None
