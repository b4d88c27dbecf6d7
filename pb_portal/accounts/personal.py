"""What accounts keep about people, with the letters and the log of the basement below them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.accounts.factors.models import CodeApp, Passkey, RecoveryCode
from pb_portal.accounts.models import EmailToken, KeptForm, LoginSession, Person, RoleGrant
from pb_portal.accounts.privacy import queries
from pb_portal.accounts.privacy.holdings import (
    GOES,
    STAYS_RECORD,
    Holding,
    Provider,
    Section,
    provide,
)
from pb_portal.accounts.privacy.models import Consent, DataRequest, EmailChange
from pb_portal.audit.models import AuditEntry
from pb_portal.outbox.choices import choices_of
from pb_portal.outbox.models import Letter
from pb_portal.web.phrases.mark import N_

OPENINGS = N_("Staff who opened your data")


def _more(session: Session, person: Person) -> Sequence[Section]:
    return [
        _account(person),
        Section("opened_by_staff", OPENINGS, openings_of(session, person), STAYS_RECORD),
        _letters(session, person),
        _choices(session, person),
        _log(session, person),
    ]


def _account(person: Person) -> Section:
    row: dict[str, Any] = {
        "name": person.name,
        "email": person.email,
        "language": person.locale,
        "district": person.area_id,
        "made_at": person.created_at,
        "confirmed_at": person.confirmed_at,
        "blocked_at": person.blocked_at,
    }
    kept = {code: value for code, value in row.items() if value is not None}
    return Section("account", N_("Account"), [kept], GOES)


def openings_of(
    session: Session, person: Person, subjects: Sequence[tuple[str, str]] = ()
) -> list[dict[str, Any]]:
    """Openings of a person's data as rows."""
    return [
        {"at": seen.at, "what": seen.what, "by_whom": name, "roles": ", ".join(seen.roles)}
        for seen, name in queries.openings(session, person.id, subjects)
    ]


def _letters(session: Session, person: Person) -> Section:
    found = session.execute(
        select(Letter.created_at, Letter.template, Letter.state)
        .where(Letter.recipient == person.email)
        .order_by(Letter.id)
    )
    rows = [{"at": row[0], "letter": row[1], "state": row[2]} for row in found]
    return Section("letters", N_("Letters to you"), rows, STAYS_RECORD)


def _choices(session: Session, person: Person) -> Section:
    """How often letters of each kind come, where that was chosen."""
    found = choices_of(session, person.email)
    rows = [{"kind": kind, "how_often": str(rhythm)} for kind, rhythm in sorted(found.items())]
    return Section("letter_choices", N_("How often letters come"), rows, GOES)


def _log(session: Session, person: Person) -> Section:
    """What the log of acts says about the account and its owner's own acts."""
    about = (AuditEntry.subject_type == "person") & (AuditEntry.subject_id == str(person.id))
    found = session.execute(
        select(AuditEntry.at, AuditEntry.action)
        .where((AuditEntry.actor_id == person.id) | about)
        .order_by(AuditEntry.id)
    )
    rows = [{"at": row[0], "act": row[1]} for row in found]
    return Section("log", N_("Entries in the log"), rows, STAYS_RECORD)


provide(
    Provider(
        "accounts",
        (
            Holding(
                "sign_ins",
                N_("Open sign-ins"),
                LoginSession.person_id,
                {
                    "at": LoginSession.created_at,
                    "until": LoginSession.expires_at,
                    "device": LoginSession.device,
                },
                GOES,
                gone=True,
            ),
            Holding(
                "kept_forms",
                N_("Forms kept while you sign in again (unreadable without your browser)"),
                KeptForm.person_id,
                {"until": KeptForm.expires_at},
                GOES,
                gone=True,
            ),
            Holding(
                "consents",
                N_("What you agreed to"),
                Consent.person_id,
                {
                    "purpose": Consent.purpose,
                    "version": Consent.text_version,
                    "language": Consent.locale,
                    "at": Consent.given_at,
                    "withdrawn_at": Consent.withdrawn_at,
                },
                STAYS_RECORD,
            ),
            Holding(
                "data_requests",
                N_("Requests about your data"),
                DataRequest.person_id,
                {
                    "at": DataRequest.asked_at,
                    "kind": DataRequest.kind,
                    "text": DataRequest.words,
                    "until": DataRequest.due_on,
                    "state": DataRequest.state,
                    "answer": DataRequest.answer,
                },
                STAYS_RECORD,
                blanked={"words": ""},
            ),
            Holding(
                "roles",
                N_("Staff roles"),
                RoleGrant.person_id,
                {"role": RoleGrant.role, "district": RoleGrant.area_id},
                GOES,
                gone=True,
            ),
            Holding(
                "passkeys",
                N_("Passkeys"),
                Passkey.person_id,
                {"name": Passkey.name, "at": Passkey.created_at, "used_at": Passkey.used_at},
                GOES,
                gone=True,
            ),
            Holding(
                "code_apps",
                N_("Apps for codes"),
                CodeApp.person_id,
                {"at": CodeApp.created_at, "confirmed_at": CodeApp.confirmed_at},
                GOES,
                gone=True,
            ),
            Holding(
                "recovery_codes",
                N_("Recovery codes (only fingerprints of them)"),
                RecoveryCode.person_id,
                {},
                GOES,
                gone=True,
            ),
            Holding(
                "links",
                N_("One-time links sent to you"),
                EmailToken.person_id,
                {
                    "purpose": EmailToken.purpose,
                    "until": EmailToken.expires_at,
                    "used_at": EmailToken.used_at,
                },
                GOES,
                gone=True,
            ),
            Holding(
                "new_emails",
                N_("New addresses you have not confirmed yet"),
                EmailChange.person_id,
                {"email": EmailChange.email, "until": EmailChange.expires_at},
                GOES,
                gone=True,
            ),
        ),
        duties=(
            "accounts_data_access.staff_id",
            "accounts_data_request.decided_by",
            "approvals_request.proposed_by",
            "approvals_request.decided_by",
            "approvals_request.concerns",
        ),
        told=("accounts_data_access.person_id",),
        more=_more,
    )
)
