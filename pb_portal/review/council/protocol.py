"""What a protocol says, kept whole when the sitting is signed."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.domain.council import quorum
from pb_portal.domain.text import alphabetical
from pb_portal.review.council import queries
from pb_portal.review.council.models import AgendaItem, CouncilMember, CouncilSitting


def content(session: Session, sitting: CouncilSitting) -> dict[str, Any]:
    """The protocol as data: names and figures as they were that day, outcomes and grounds as
    codes, so that it can be read in any language of the portal."""
    seated = queries.members(session, sitting.held_on)
    present = {member.id for member in sitting.present}
    secretary = session.get(Person, sitting.signed_by or sitting.opened_by)
    return {
        "cycle": dict(sitting.cycle.names),
        "number": sitting.number,
        "held_on": sitting.held_on.isoformat(),
        "place": sitting.place,
        "area": dict(sitting.area.names) if sitting.area else None,
        "chair": _person(sitting.chair),
        "secretary": secretary.name if secretary else "",
        "present": [
            _person(member)
            for member in sorted(sitting.present, key=lambda one: alphabetical(one.name))
        ],
        "absent": [_person(member) for member in seated if member.id not in present],
        "members": len(seated),
        "quorum": quorum(len(seated)),
        "currency": sitting.cycle.currency,
        "minor_units": sitting.cycle.minor_units,
        "items": [_item(sitting, item) for item in sitting.items],
    }


def digest(made: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal."""
    text = json.dumps(made, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _person(member: CouncilMember) -> dict[str, str]:
    return {"name": member.name, "office": member.office}


def _item(sitting: CouncilSitting, item: AgendaItem) -> dict[str, Any]:
    proposal = item.proposal
    names = {member.id: member.name for member in sitting.present}
    return {
        "proposal": proposal.number,
        "title": proposal.title,
        "language": proposal.language,
        "area": dict(proposal.area.names) if proposal.area else None,
        "author_cost": proposal.cost,
        "reviewed_cost": proposal.reviewed_cost,
        "outcome": item.outcome,
        "votes_for": item.votes_for,
        "votes_against": item.votes_against,
        "votes_abstained": item.votes_abstained,
        "conflicted": [names[one] for one in item.conflicted if one in names],
        "grounds": list(item.grounds),
        "sentence": item.sentence,
    }
