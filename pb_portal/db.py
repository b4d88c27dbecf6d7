"""The database: declarative base, session, write transactions and engine settings."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime, MetaData, String, event, func, inspect, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session, registry
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeDecorator

from config import close_file, private_file
from pb_portal.domain.placeholders import mark_of, translate_placeholder

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

LocalText = dict[str, str]
BUSY_SECONDS = 15
"""How long a writer waits for its turn."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: stored in UTC, always read back aware. A naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class ShownText(TypeDecorator[str]):
    """A text that may be a placeholder ("Deleted resident"): stored as a mark, read in the language
    of whoever reads (`ShownText.language`, set by the web)."""

    impl = String
    cache_ok = True
    language: Callable[[], str] = staticmethod(lambda: "ru")

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else mark_of(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        # marks begin with a bracket: nothing else is looked up, and lists stay quick
        if value is None or value[:1] != "[":
            return value
        return translate_placeholder(value, ShownText.language())


JsonType = JSON().with_variant(JSONB(), "postgresql")


class Base(DeclarativeBase):
    """Base of every table; constraint names are fixed so that migrations agree on both engines."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMES),
        type_annotation_map={
            datetime: UtcDateTime,
            dict[str, str]: JsonType,
            dict[str, Any]: JsonType,
            dict[str, int]: JsonType,
            list[str]: JsonType,
            list[int]: JsonType,
            list[dict[str, Any]]: JsonType,
        },
    )


db = SQLAlchemy(model_class=Base)


class Missing(LookupError):
    """A row that was asked for by id or name does not exist. The web shows it as 404."""


def session() -> Session:
    """The session of the current application context."""
    return db.session()


@contextmanager
def transaction() -> Iterator[Session]:
    """One unit of work: commits at the end, rolls back on any error.

    On SQLite it takes the write lock at once (BEGIN IMMEDIATE), because a read that turns into a
    write fails under concurrency. Edges (views, commands, jobs) open it; services never do.
    """
    current = db.session()
    if current.in_transaction():
        current.commit()
    with _turn(current):
        current.connection(execution_options={"writes": True})
        try:
            yield current
            current.commit()
        except BaseException:
            current.rollback()
            raise


class Writers:
    """The line in which writers of one SQLite file wait.

    SQLite lets one writer in and leaves the others to try again and again, so that an unlucky one
    waits for seconds. Here a process sends one of its threads at a time to a lock on a file beside
    the database, where the kernel lets processes in one after another.
    """

    def __init__(self, database: str) -> None:
        self._path = database + "-writers"
        self._own = threading.Lock()
        self._held = threading.local()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until this thread may write. A thread that may already goes on."""
        if getattr(self._held, "now", False):
            yield
            return
        if not self._own.acquire(timeout=BUSY_SECONDS):
            busy = sqlite3.OperationalError("database is locked")
            raise OperationalError("waiting to write", None, busy)
        try:
            with open(self._path, "ab", opener=_open_privately) as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                self._held.now = True
                yield
        finally:
            self._held.now = False
            self._own.release()


def _open_privately(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


_lines: dict[str, Writers] = {}


@contextmanager
def _turn(session: Session) -> Iterator[None]:
    url = session.get_bind().engine.url
    if url.get_backend_name() != "sqlite" or not url.database:
        yield
        return
    with _lines.setdefault(url.database, Writers(url.database)).turn():
        yield


def has_tables() -> bool:
    """Whether the database answers and was migrated at all."""
    try:
        return inspect(db.engine).has_table("alembic_version")
    except OperationalError:
        return False


def take_turn(session: Session, *names: str) -> None:
    """Let one transaction at a time go on for each of these names, until it ends. What it checks
    after this and then writes cannot be overtaken. SQLite's writers are alone anyway."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for key in sorted(int(sha256(name.encode()).hexdigest()[:15], 16) for name in names):
        session.execute(select(func.pg_advisory_xact_lock(key)))


class DatabaseClock(FunctionElement[Any]):
    """The database's own clock as a column of a query; `moment_of` reads it."""

    inherit_cache = True
    type = NullType()


@compiles(DatabaseClock)
def _clock(element: Any, compiler: Any, **options: Any) -> str:
    return "clock_timestamp()"


@compiles(DatabaseClock, "sqlite")
def _sqlite_clock(element: Any, compiler: Any, **options: Any) -> str:
    return "strftime('%Y-%m-%dT%H:%M:%f', 'now')"


def moment_of(told: datetime | str) -> datetime:
    """What `DatabaseClock` told, in UTC."""
    if isinstance(told, str):
        return datetime.fromisoformat(told).replace(tzinfo=UTC)
    return told.astimezone(UTC)


_NOW = select(DatabaseClock())


def database_now(session: Session) -> datetime:
    """The database's own clock, which decides the deadline of a vote."""
    return moment_of(session.connection().execute(_NOW).scalar_one())


@event.listens_for(Engine, "connect")
def _settle_sqlite(dbapi_connection: Any, record: Any) -> None:
    if type(dbapi_connection).__module__.split(".")[0] != "sqlite3":
        return
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    _close_files(cursor)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",  # else REPLACE takes a row away unseen by the triggers on DELETE
        f"busy_timeout={BUSY_SECONDS}000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _close_files(cursor: Any) -> None:
    """Only the owner reads a database, whatever the umask. SQLite gives what it makes beside the
    file (-wal, -shm) the file's mode, so this comes before it makes any."""
    database = cursor.execute("PRAGMA database_list").fetchone()[2]
    if not database:
        return
    with suppress(OSError):
        private_file(Path(database))
    for ending in ("-wal", "-shm", "-journal", "-writers"):
        with suppress(OSError):
            close_file(Path(database + ending))


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


READ_ONLY = "25006"
"""SQLSTATE of a write refused because the server has become a standby."""


def is_read_only(error: BaseException) -> bool:
    """Whether a server refused a write because it only answers reads (now)."""
    return getattr(getattr(error, "orig", None), "sqlstate", None) == READ_ONLY


def describe_outage(error: BaseException) -> str:
    """Why the database cannot be used, for the log: kind and code of the error, no value of a row.

    SQLite names its code ("SQLITE_FULL"), PostgreSQL a SQLSTATE ("53100" is a full disk).
    """
    cause = getattr(error, "orig", None) or error
    code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    return f"{type(cause).__name__} {code}" if code else type(cause).__name__


@event.listens_for(Engine, "handle_error")
def _leave_standby(context: ExceptionContext) -> None:
    """Give up connections to a server that turned read-only: the next ones find the new primary."""
    if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
        context.is_disconnect = True


@event.listens_for(Engine, "handle_error")
def _forget_values(context: ExceptionContext) -> None:
    """PostgreSQL quotes the refused row in its DETAIL line; no log may hold it."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args and "\nDETAIL:" in str(error.args[0]):
            error.args = (str(error.args[0]).split("\nDETAIL:")[0], *error.args[1:])
