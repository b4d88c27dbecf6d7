"""Settings of one installation, typed and read from the environment."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path
from typing import Annotated, Any

from limits import parse_many
from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from pb_portal.domain.addresses import MailboxPolicy
from pb_portal.domain.letter_caps import LetterCaps

ROOT = Path(__file__).resolve().parent
MEGABYTE = 1024 * 1024
KEYS = ("secret_key", "register_key", "ballot_key", "signing_key", "factor_key")
KEY_CHARACTERS = 32
KEY_VARIETY = 8
"""Different characters in a key; fewer are a pattern somebody typed."""
LIMITS_SECONDS = 0.2
"""How long a request waits for the store of rate limits before it counts without it."""
DATABASE_SECONDS = 5
"""How long a request waits for a connection to the database."""


def _rate(value: str) -> str:
    parse_many(value)
    return value


Rate = Annotated[str, AfterValidator(_rate)]
"""A limit such as `10 per minute; 60 per hour`."""


class MissingSettings(RuntimeError):
    """Raised at start-up in production; the message lists every setting that is missing."""


class Settings(BaseSettings):
    """What an operator may set. Names in the environment are the upper-case field names."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True)

    environment: str = Field("development", pattern="^(development|test|production)$")
    sample_mode: bool = Field(False, description="Sample city: letters land in the letter box")
    pb_instance: Path = Field(Path("instance"), description="Folder of data and keys")
    database_url: str = ""
    redis_url: str = ""

    secret_key: str = ""
    register_key: str = Field("", description="Keys the hashes of the resident register")
    ballot_key: str = Field("", description="Keys the ballot box of each cycle")
    signing_key: str = Field("", description="Signs ledger heads and result bundles")
    factor_key: str = Field("", description="Seals the secrets of staff's code apps")

    site_name: str = "Бюджет народного участия"
    public_url: str = ""
    allowed_hosts: str = Field(
        "", description="Further names the portal answers to, separated by commas"
    )
    port: int = Field(
        8000, description="Port of the local server, for links when PUBLIC_URL is empty"
    )
    city_timezone: str = "Asia/Almaty"
    default_locale: str = Field("ru", pattern="^(kk|ru|en)$")
    https: bool = Field(False, description="Served over HTTPS: secure cookies and HSTS")
    trusted_proxies: int = Field(0, ge=0, le=5)

    smtp_host: str = ""
    smtp_port: int = 587
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_starttls: bool = True
    mail_from: str = ""
    sms_gateway_url: str = Field("", description="HTTP gateway for text messages")
    sms_gateway_token: str = ""
    sms_gateway_sender: str = Field("", description="The name messages come from")
    sms_gateway_fields: dict[str, str] = Field(
        {"to": "{phone}", "text": "{text}"},
        description="What is posted to the gateway, with {phone}, {text} and {sender}",
    )
    sms_gateway_form: bool = Field(False, description="Post a form instead of JSON")

    codes_per_phone_and_address_hour: int = Field(3, ge=1, le=100)
    codes_per_phone_hour: int = Field(10, ge=1, le=1000)
    codes_per_phone_day: int = Field(20, ge=1, le=1000)
    codes_per_address_hour: int = Field(200, ge=1, le=1_000_000)
    codes_per_cycle_minute: int = Field(600, ge=1, le=1_000_000)

    letters_per_recipient_hour: int = Field(
        5, ge=1, le=1000, description="Letters of a kind to an address that people type"
    )
    letters_per_recipient_day: int = Field(10, ge=1, le=1000)
    letters_per_account_day: int = Field(
        20, ge=1, le=1000, description="Invitations and requests one account sends by letter"
    )
    plus_tags: str = Field(
        "same",
        pattern="^(same|apart)$",
        description="Whether a+tag@example.kz and a@example.kz are one account",
    )
    dotless_mail: str = Field(
        "gmail.com,googlemail.com", description="Providers that ignore dots in a name"
    )

    oidc_issuer: str = Field("", description="OpenID Connect provider that voters may log in at")
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_iin_claim: str = Field("iin", description="Claim of the ID token that holds the IIN")
    oidc_birth_date_claim: str = Field("", description="Claim with the birth date, if there is one")

    s3_endpoint: str = Field("", description="S3-compatible store, else a folder")
    s3_bucket: str = ""
    s3_region: str = "us-east-1"
    s3_access_key: str = ""
    s3_secret_key: str = ""

    upload_limit_mb: int = Field(12, ge=1, le=100)
    register_limit_mb: int = Field(
        300, ge=1, le=2000, description="Largest file of residents taken by the page"
    )
    parse_memory_mb: int = Field(
        176, ge=64, le=4096, description="Memory for reading one file that was sent"
    )
    parse_cpu_seconds: float = Field(
        1.0, ge=0.2, le=600, description="Work on one file that was sent; more for large ones"
    )
    parse_wall_seconds: float = Field(
        15.0, ge=1, le=600, description="How long one file may take, waiting included"
    )
    parse_most_memory_mb: int = Field(
        1024, ge=64, le=16384, description="Memory for reading a large file of residents"
    )
    parse_at_once: int = Field(
        1, ge=1, le=16, description="Files of one kind read at the same moment"
    )
    picture_megapixels: int = Field(50, ge=1, le=500, description="Largest picture")
    picture_memory_mb: int = Field(
        150, ge=32, le=4096, description="Memory a picture may take when it is unpacked"
    )
    stranger_limit_kb: int = Field(
        1024, ge=64, le=102400, description="Largest request of somebody who has not signed in"
    )
    extension_days: int = Field(
        31, ge=1, le=366, description="Days one extension may add without asking for their number"
    )
    extension_days_most: int = Field(
        180, ge=1, le=366, description="Days one extension may add at the very most"
    )
    approval_reminder_days: int = Field(
        2,
        ge=0,
        le=60,
        description="Days after which approvers are reminded once; 0: never",
    )
    register_aside_days: int = Field(
        7, ge=1, le=60, description="Days that files of residents with wrong lines are kept, sealed"
    )
    ledger_percent: int = Field(
        5, ge=0, le=100, description="Per cent a contract may differ from the promise unexplained"
    )
    ledger_days: int = Field(
        14, ge=0, le=365, description="Days a contract or an acceptance may be late unexplained"
    )
    vote_reminder_days: int = Field(
        2, ge=0, le=14, description="Days before the last one an unfinished ballot is reminded of"
    )
    updates_need_approval: bool = Field(
        False, description="The head reads managers' updates before the public does"
    )
    seal_seconds: int = Field(
        15, ge=1, le=3600, description="Seconds between two batches of the ledger of a vote"
    )
    acts_seal_seconds: int = Field(
        300, ge=1, le=86_400, description="Seconds between two batches of seals over staff's acts"
    )
    rate_limits: bool = True
    limit_pages: Rate = Field("600 per minute", description="Pages one browser opens")
    limit_pages_line: Rate = "6000 per minute"
    limit_tries: Rate = Field("10 per minute; 60 per hour", description="Refusals, e.g. passwords")
    limit_tries_line: Rate = "100 per 10 minutes; 400 per hour"
    limit_identity: Rate = Field("20 per minute; 300 per hour", description="Proofs of identity")
    limit_identity_line: Rate = "600 per minute; 10000 per hour"
    limit_codes: Rate = Field("6 per minute; 30 per hour", description="Wrong codes of papers")
    limit_codes_line: Rate = "60 per minute; 300 per hour"
    limit_letters: Rate = Field("10 per hour", description="Forms that send a letter")
    limit_letters_line: Rate = "600 per hour"
    limit_vote_letters: Rate = Field("600 per minute", description="Letters asked for in a cycle")
    limit_comments: Rate = Field("10 per minute; 60 per hour", description="Comments")
    limit_comments_line: Rate = "600 per minute"
    limit_suggest: Rate = Field("120 per minute", description="What pages ask as one types")
    limit_suggest_line: Rate = "6000 per minute"
    limit_files: Rate = Field("60 per minute", description="Files of results")
    limit_files_line: Rate = "600 per minute"
    limit_heavy: Rate = Field("10 per minute; 60 per hour", description="Files that cost much")
    limit_heavy_line: Rate = "100 per minute; 600 per hour"
    limit_uploads: Rate = Field("60 per hour", description="Uploads of one account")
    limit_lookups: Rate = Field("30 per hour", description="Searches for people by staff")
    limit_asks: Rate = Field("30 per hour", description="Drafts, invitations, requests")
    limit_writes: Rate = Field("60 per minute", description="Other presses of one account")
    web_workers: int = Field(1, ge=1, description="Processes of the server, read by gunicorn too")
    staff_factor: str = Field(
        "",
        pattern="^(|required|offered)$",
        description="Second factor of staff; empty: required in production, offered elsewhere",
    )
    staff_hours: int = Field(12, ge=1, le=12, description="Staff sign in again after so long")
    staff_idle_minutes: int = Field(
        60, ge=5, le=720, description="Staff who do nothing for so long are signed out"
    )
    counts_seconds: int = Field(
        30, ge=0, le=60, description="How old the counts beside filters and heaps of the map may be"
    )
    disk_free_mb: int = Field(
        500, ge=1, le=1_000_000, description="Below so much free disk the portal says so"
    )
    log_level: str = "INFO"

    def missing(self) -> list[str]:
        """Names of settings that production cannot do without."""
        if self.environment != "production":
            return []
        needed = [*KEYS, "database_url", "public_url", "smtp_host", "mail_from"]
        if self.oidc_issuer:
            needed += ["oidc_client_id", "oidc_client_secret"]
        if self.s3_endpoint:
            needed += ["s3_bucket", "s3_access_key", "s3_secret_key"]
        absent = [name.upper() for name in needed if not getattr(self, name)]
        absent += self._weak_keys()
        if self.sample_mode:
            absent.append("SAMPLE_MODE=0 (a sample city shows everybody's letters)")
        if self.database_url.startswith("sqlite") and self.redis_url:
            absent.append("DATABASE_URL (several workers need PostgreSQL)")
        if self.web_workers > 1 and self.rate_limits and not self.redis_url:
            absent.append("REDIS_URL (several workers count requests together in it)")
        return absent

    def _weak_keys(self) -> list[str]:
        """Keys that could be guessed, or that serve two purposes."""
        values = {name: getattr(self, name) for name in KEYS if getattr(self, name)}
        weak = [
            f"{name.upper()} (at least {KEY_CHARACTERS} random characters)"
            for name, value in values.items()
            if len(value) < KEY_CHARACTERS or len(set(value)) < KEY_VARIETY
        ]
        if len(set(values.values())) < len(values):
            weak.append(f"{', '.join(map(str.upper, values))} (each a key of its own)")
        return weak

    @property
    def factor_needed(self) -> bool:
        """Whether staff must show a second factor before their roles open anything."""
        default = self.environment == "production" and not self.sample_mode
        return self.staff_factor == "required" or (default and not self.staff_factor)

    @property
    def letters_boxed(self) -> bool:
        """Whether letters land in the portal's own letter box instead of being sent."""
        return self.sample_mode or (self.environment != "production" and not self.smtp_host)

    @property
    def hosts(self) -> list[str]:
        """Names besides the one of `PUBLIC_URL`."""
        return [name.strip() for name in self.allowed_hosts.split(",") if name.strip()]

    @property
    def mailbox_policy(self) -> MailboxPolicy:
        """When two addresses are one mailbox."""
        dotless = frozenset(name.strip() for name in self.dotless_mail.split(",") if name.strip())
        return MailboxPolicy(self.plus_tags == "apart", dotless)

    @property
    def letter_caps(self) -> LetterCaps:
        """How many letters go to addresses that people type."""
        return LetterCaps(
            self.letters_per_recipient_hour,
            self.letters_per_recipient_day,
            self.letters_per_account_day,
        )

    @property
    def base_url(self) -> str:
        """Address of the portal in letters, without a slash at its end."""
        return (self.public_url or f"http://127.0.0.1:{self.port}").rstrip("/")

    def complete(self) -> Settings:
        """Return settings with defaults filled in; refuse to go on when production lacks some."""
        absent = self.missing()
        if absent:
            raise MissingSettings("Cannot start in production. Set: " + ", ".join(absent))
        instance = self.pb_instance.resolve()
        private_folder(instance)
        return self.model_copy(
            update={
                "pb_instance": instance,
                "database_url": self.database_url or f"sqlite:///{instance / 'portal.sqlite3'}",
                "secret_key": self.secret_key or _kept_key(instance, "secret_key"),
                "register_key": self.register_key or _kept_key(instance, "register_key"),
                "ballot_key": self.ballot_key or _kept_key(instance, "ballot_key"),
                "signing_key": self.signing_key or _kept_key(instance, "signing_key"),
                "factor_key": self.factor_key or _kept_key(instance, "factor_key"),
            }
        )

    def flask(self) -> dict[str, Any]:
        """The same settings under the names Flask and its extensions read."""
        return {
            "SECRET_KEY": self.secret_key,
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            "SQLALCHEMY_ENGINE_OPTIONS": self._engine_options(),
            "MAX_CONTENT_LENGTH": self.upload_limit_mb * MEGABYTE,
            "MAX_FORM_MEMORY_SIZE": MEGABYTE,
            "COUNTS_SECONDS": self.counts_seconds,
            "SESSION_COOKIE_NAME": "__Host-portal" if self.https else "portal",
            "SESSION_COOKIE_SECURE": self.https,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "WTF_CSRF_TIME_LIMIT": None,
            "BABEL_DEFAULT_LOCALE": self.default_locale,
            "BABEL_DEFAULT_TIMEZONE": self.city_timezone,
            "RATELIMIT_STORAGE_URI": self.redis_url or "memory://",
            "RATELIMIT_STORAGE_OPTIONS": self._limits_options(),
            "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": bool(self.redis_url),
            "RATELIMIT_SWALLOW_ERRORS": bool(self.redis_url),
            "RATELIMIT_ENABLED": self.rate_limits,
            "RATELIMIT_HEADERS_ENABLED": False,
            "TESTING": self.environment == "test",
        }

    def _engine_options(self) -> dict[str, Any]:
        """Connections that died with a restarted database are noticed before they are used."""
        if self.database_url.startswith("sqlite"):
            return {"hide_parameters": True}
        return {
            "hide_parameters": True,
            "pool_pre_ping": True,
            "pool_timeout": DATABASE_SECONDS,
            "connect_args": {"connect_timeout": DATABASE_SECONDS},
        }

    def _limits_options(self) -> dict[str, Any]:
        """A store of rate limits that hangs must not hold the requests it only counts."""
        if not self.redis_url:
            return {}
        return {"socket_timeout": LIMITS_SECONDS, "socket_connect_timeout": LIMITS_SECONDS}


def private_folder(path: Path) -> Path:
    """Make a folder that only its owner enters, whatever the umask; close one that was open."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    _close(path, 0o700)
    return path


def private_file(path: Path) -> Path:
    """Make a file that only its owner reads, whatever the umask; close one that was open."""
    path.touch(mode=0o600, exist_ok=True)
    _close(path, 0o600)
    return path


def close_file(path: Path) -> None:
    """Let only its owner read a file that is there."""
    _close(path, 0o600)


def _close(path: Path, mode: int) -> None:
    """Another owner's thing is left alone, and so is a folder for everybody, such as /tmp."""
    found = path.stat()
    if found.st_uid == os.geteuid() and found.st_mode & 0o077 and not found.st_mode & stat.S_ISVTX:
        path.chmod(mode)


def _kept_key(instance: Path, name: str) -> str:
    """Outside production a key is made once and kept beside the data, readable by its owner."""
    path = instance / f"{name}.txt"
    if path.exists():
        private_file(path)
    else:
        private_file(path)
        path.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return path.read_text(encoding="ascii").strip()
