"""Who does something and when: an argument of every command."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Actor:
    """A person as the rules see them.

    `grants` holds (role, area id or None for the whole city). `person_id` is None for the
    system itself and for a voter, who never acts under an account.
    """

    person_id: int | None
    grants: frozenset[tuple[str, int | None]] = frozenset()
    confirmed: bool = False

    @property
    def roles(self) -> frozenset[str]:
        """Names of the staff roles held anywhere."""
        return frozenset(role for role, _ in self.grants)


ANYONE = Actor(None)
SYSTEM = Actor(None, frozenset({("system", None)}))


@dataclass(frozen=True)
class Signature:
    """The actor and the moment (aware, UTC) under which a command is recorded.

    `proved` is False when a signed-in person must show the second factor again before an act that
    takes two people.
    """

    actor: Actor
    at: datetime
    proved: bool = True
