"""A login at an OpenID Connect provider, of the eGov kind: the provider vouches for the IIN."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from pb_portal.domain import identity
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.rule_book import RuleBook
from pb_portal.domain.signature import Signature
from pb_portal.register.identity.base import Desk, Proved, admitted, find_person


@dataclass(frozen=True)
class Vouched:
    """Whom the provider has signed in; the birth date where it tells one."""

    iin: str
    born: date | None


class OpenIdLogin:
    """The login of the state services. Neither an account nor a token is kept."""

    code = identity.OPENID

    def prove(
        self, session: Session, by: Signature, desk: Desk, evidence: Vouched, rules: RuleBook
    ) -> Proved:
        """The resident with this IIN; refused like everybody else when there is none."""
        entry = find_person(session, desk, evidence.iin, evidence.born)
        if entry is None:
            raise Refusal("identity.not_matched")
        return admitted(entry, rules, self.code, desk.without_ballot)
