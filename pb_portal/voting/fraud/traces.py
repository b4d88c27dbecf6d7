"""The trace of a vote: what the fraud desk may know of how it came in, sealed as it is written.

The seal (AES-GCM) hides even the hour from a copy of the database: beside the ledger, whose batches
know seconds, an open hour would single out voters in a quiet night. Address and device are keyed
hashes inside the seal, so that not even the service that opens it sees them.
"""

from __future__ import annotations

import hmac
import ipaddress
import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Executable, delete, select
from sqlalchemy.orm import Session

from pb_portal.domain import fraud, identity
from pb_portal.register.models import PhoneUse, RegisterEntry
from pb_portal.voting.models import Participation, VoteTrace
from pb_portal.voting.service.poll import Poll, insert_on

KEPT = timedelta(days=90)


@dataclass(frozen=True)
class Clues:
    """What the browser shows of itself when a ballot is sent. Hashed before it is stored."""

    address: str = ""
    device: str = ""
    """A random name in a cookie of this vote; empty without it."""
    seconds: float = 3600.0
    """From the proved identity to the last button."""


def trace_key(box: str) -> str:
    """The key of a cycle's traces, out of the key of its box; nobody gets back from it."""
    return hmac.digest(box.encode(), b"traces", "sha256").hex()


def name_of(key: str, voter_key: str) -> str:
    """Under which name a voter's trace lies."""
    return _keyed(key, "name", voter_key)


def leave(
    session: Session, poll: Poll, voter_key: str, clues: Clues, at: datetime, how: str = ""
) -> None:
    """Keep the trace of a cast ballot: one statement. A changed vote writes over the former."""
    key = trace_key(poll.box)
    address, network = places_of(key, clues.address)
    body = [
        voter_key,
        int(at.timestamp()) // 3600,
        address,
        network,
        _keyed(key, "device", clues.device)[:32] if clues.device else "",
        fraud.bucket_of(clues.seconds),
        how,
    ]
    row = {
        "cycle_id": poll.cycle_id,
        "name": name_of(key, voter_key),
        "on": at.date(),
        "sealed": seal(key, body),
    }
    here = session.connection()
    here.execute(_keep(here.dialect.name), row)


@cache
def _keep(dialect: str) -> Executable:
    """Made once: building it anew takes longer than running it."""
    statement = insert_on(dialect, VoteTrace)
    again = {"on": statement.excluded.on, "sealed": statement.excluded.sealed}
    return statement.on_conflict_do_update(index_elements=["cycle_id", "name"], set_=again)


def read(session: Session, poll: Poll, register_key: str) -> Iterator[fraud.Trace]:
    """Every trace of a cycle, opened, with the voter's year of birth and phone as the register
    holds them."""
    key, cycle_id = trace_key(poll.box), poll.cycle_id
    phones: dict[str, str] = {
        voter: phone
        for voter, phone in session.execute(
            select(PhoneUse.voter_key, PhoneUse.phone_key).where(PhoneUse.cycle_id == cycle_id)
        )
    }
    years = _years(session, cycle_id, register_key)
    rows = session.scalars(
        select(VoteTrace.sealed)
        .where(VoteTrace.cycle_id == cycle_id)
        .execution_options(yield_per=5000)
    )
    for sealed in rows:
        body = unseal(key, sealed)
        if body is not None:
            voter, hour, address, network, device, bucket, how = body
            phone, year = phones.get(voter, ""), years.get(voter, 0)
            yield fraud.Trace(voter, hour, address, network, device, phone, year, bucket, how)


def _years(session: Session, cycle_id: int, register_key: str) -> dict[str, int]:
    """Years of birth of those who voted, out of the register's masked figures."""
    rows = session.execute(
        select(RegisterEntry.voter_key, RegisterEntry.masked_year)
        .join(
            Participation,
            (Participation.cycle_id == RegisterEntry.cycle_id)
            & (Participation.voter_key == RegisterEntry.voter_key),
        )
        .where(RegisterEntry.cycle_id == cycle_id, RegisterEntry.masked_year.is_not(None))
    )
    return {
        voter: identity.unmasked_year(register_key, voter, year)
        for voter, year in rows
        if year is not None
    }


def forget(session: Session, today: date) -> int:
    """Delete traces older than 90 days; returns how many."""
    done = session.execute(delete(VoteTrace).where(VoteTrace.on < today - KEPT))
    return int(getattr(done, "rowcount", 0))


def places_of(key: str, address: str) -> tuple[str, str]:
    """Keyed hashes of an address and of its network: IPv4 /32 and /24, IPv6 /64 and /48."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "", ""
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    lengths = (32, 24) if found.version == 4 else (64, 48)
    one, wide = (str(ipaddress.ip_network(f"{found}/{bits}", strict=False)) for bits in lengths)
    return place_name(key, one), place_name(key, wide)


def place_name(key: str, network: str) -> str:
    """The keyed hash of a network as a trace holds it."""
    return _keyed(key, "place", network)[:32]


def seal(key: str, body: Any) -> str:
    """Seal JSON so that only the trace key opens it."""
    nonce = secrets.token_bytes(12)
    text = json.dumps(body, separators=(",", ":")).encode()
    return b64encode(nonce + _cipher(key).encrypt(nonce, text, None)).decode()


def unseal(key: str, sealed: str) -> Any | None:
    """What was sealed; None under another key."""
    raw = b64decode(sealed)
    try:
        return json.loads(_cipher(key).decrypt(raw[:12], raw[12:], None))
    except InvalidTag:
        return None


@lru_cache(maxsize=16)
def _cipher(key: str) -> AESGCM:
    return AESGCM(bytes.fromhex(_keyed(key, "seal")))


def _keyed(key: str, *parts: str) -> str:
    return hmac.digest(key.encode(), "\x1f".join(parts).encode(), "sha256").hex()
