"""Forms kept for somebody whose session ended while they wrote."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from pb_portal.accounts import queries
from pb_portal.accounts.factors.sealed import seal, unseal
from pb_portal.accounts.models import KeptForm
from pb_portal.domain.typed_form import KEPT_HOURS, TypedForm

LIFE = timedelta(hours=KEPT_HOURS)
PURPOSE = "kept form"


def keep_form(
    session: Session, person_id: int, form: TypedForm, *, at: datetime, former: str = ""
) -> str:
    """Keep a form for a person and return its token; the one of a `former` token goes."""
    if former:
        discard_form(session, former)
    token = secrets.token_urlsafe(32)
    session.add(
        KeptForm(
            token_hash=queries.digest(token),
            person_id=person_id,
            sealed=seal(token, json.dumps(asdict(form)), PURPOSE),
            expires_at=at + LIFE,
        )
    )
    return token


def find_form(session: Session, person_id: int, token: str, at: datetime) -> TypedForm | None:
    """The form kept under a token for this person, unless its time is over."""
    row = session.get(KeptForm, queries.digest(token)) if token else None
    if row is None or row.person_id != person_id or row.expires_at <= at:
        return None
    opened = unseal(token, row.sealed, PURPOSE)
    return None if opened is None else TypedForm.from_record(json.loads(opened))


def discard_form(session: Session, token: str) -> None:
    """Forget the form of a token."""
    session.execute(delete(KeptForm).where(KeptForm.token_hash == queries.digest(token)))
