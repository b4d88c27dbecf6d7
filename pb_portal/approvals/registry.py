"""The acts that take two people: who asks, who agrees, and what follows. One entry an act.

Everything else is derived from these entries: which views demand a second factor just shown, who
is asked by letter, what stands on the list of things to agree to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext
from sqlalchemy.orm import Session

from pb_portal.approvals.models import ApprovalRequest
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.web.phrases.mark import N_, Sentence

__all__ = [
    "AFTER_PROPOSAL",
    "KINDS",
    "N_",
    "RequestKind",
    "attach_page",
    "label_of",
    "register",
    "register_pair",
    "require_approver",
    "require_proposer",
]

Step = Callable[[Session, Signature, ApprovalRequest, Any], Any]
"""`(session, by, request, context)`: the context is what the room's page hands over (keys, typed
data) and never part of the request."""
Summary = Callable[[Session, ApprovalRequest], str]


@dataclass(frozen=True)
class RequestKind:
    """A kind of act by two people.

    `check` runs before an approval is written, `apply` carries the act out after it, `decline`
    runs after a refusal. A `pair` has no request: the room's own table holds both people.
    """

    name: str
    label: Sentence
    may_propose: P
    may_approve: P
    check: Step | None = None
    apply: Step | None = None
    decline: Step | None = None
    decline_reason: str = ""
    """Code of the refusal when a request is declined without a reason; empty: none is needed."""
    pair: bool = False
    page: str = ""
    """Endpoint of the page where the second person decides."""
    summarize: Summary | None = None
    """What exactly is asked for, in the reader's language, on one line."""


KINDS: dict[str, RequestKind] = {}
AFTER_PROPOSAL: list[Callable[[Session, Signature, ApprovalRequest], object]] = []
"""What is done with every new request; the room of accounts, which knows people, adds to it."""


def register(
    name: str,
    *,
    label: Sentence,
    may_propose: P,
    may_approve: P,
    apply: Step | None = None,
    check: Step | None = None,
    decline: Step | None = None,
    decline_reason: str = "",
) -> str:
    """Add a kind of request that one person makes and another decides on; returns its name."""
    return _add(
        RequestKind(name, label, may_propose, may_approve, check, apply, decline, decline_reason)
    )


def register_pair(name: str, *, label: Sentence, may_propose: P, may_approve: P) -> str:
    """Add an act whose two people do a part each, without a request between them."""
    return _add(RequestKind(name, label, may_propose, may_approve, pair=True))


def _add(kind: RequestKind) -> str:
    if kind.name in KINDS:
        raise ValueError(f"the kind {kind.name} is registered twice")
    KINDS[kind.name] = kind
    return kind.name


def label_of(name: str) -> str:
    """What is asked for, in the reader's language; a kind that is gone keeps its code."""
    kind = KINDS.get(name)
    return str(gettext(kind.label.source)) if kind else name


def attach_page(name: str, endpoint: str, summarize: Summary) -> None:
    """Say on which page a kind is decided, and how a list says what is asked for."""
    KINDS[name] = replace(KINDS[name], page=endpoint, summarize=summarize)


def require_proposer(by: Signature, name: str) -> RequestKind:
    """The kind, if this person may ask for it now. Raises `Forbidden` without the permission and
    `approval.prove_again` when the second factor was not just shown."""
    kind = KINDS[name]
    demand(by.actor, kind.may_propose)
    _require_proof(by)
    return kind


def require_approver(by: Signature, name: str) -> RequestKind:
    """The kind, if this person may decide on it, or do the second part of it, now."""
    kind = KINDS[name]
    demand(by.actor, kind.may_approve)
    _require_proof(by)
    return kind


def _require_proof(by: Signature) -> None:
    if not by.proved:
        raise Refusal("approval.prove_again")
