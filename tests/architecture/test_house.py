"""The house keeps its plan."""

from __future__ import annotations

import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from config import KEYS, MissingSettings, Settings
from pb_portal import create_app
from pb_portal.web import assets
from pb_portal.web.guard import Unguarded, refuse_unguarded

ROOT = Path(__file__).resolve().parents[2]


def test_imports_go_down_only() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


def test_every_view_declares_its_permission(app: Flask) -> None:
    refuse_unguarded(app)
    bare = Flask("bare")
    with pytest.raises(Unguarded, match="static"):
        refuse_unguarded(bare)


def test_production_refuses_to_start_and_lists_all_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(MissingSettings) as refused:
        Settings(environment="production", sample_mode=False, pb_instance=tmp_path).complete()
    for name in (
        "SECRET_KEY",
        "REGISTER_KEY",
        "BALLOT_KEY",
        "SIGNING_KEY",
        "FACTOR_KEY",
        "PUBLIC_URL",
        "SMTP_HOST",
        "DATABASE_URL",
    ):
        assert name in str(refused.value)


GOOD = {
    "environment": "production",
    "database_url": "sqlite:///:memory:",
    "public_url": "https://budget.example.kz",
    "smtp_host": "mail.example.kz",
    "mail_from": "portal@example.kz",
    **{name: sha256(name.encode()).hexdigest() for name in KEYS},
}


def test_production_starts_with_everything_set() -> None:
    assert Settings(**GOOD).missing() == []


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        *((key, "k", f"{key.upper()} (at least 32 random characters)") for key in KEYS),
        *((key, "k" * 64, f"{key.upper()} (at least 32 random characters)") for key in KEYS),
        ("ballot_key", GOOD["register_key"], "each a key of its own"),
        ("database_url", "", "DATABASE_URL"),
        ("sample_mode", True, "SAMPLE_MODE"),
    ],
)
def test_production_refuses_what_would_hurt_in_silence(name: str, value: Any, said: str) -> None:
    (absent,) = [line for line in Settings(**{**GOOD, name: value}).missing()]
    assert said in absent


@pytest.mark.parametrize("missing", ["manifest.json", "kk/LC_MESSAGES/messages.mo"])
def test_production_does_not_start_unstyled_or_in_one_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    for name in ("static/dist", "translations/kk/LC_MESSAGES", "translations/ru/LC_MESSAGES"):
        (tmp_path / name).mkdir(parents=True)
    for locale in ("kk", "ru"):
        for ending in ("po", "mo"):
            (tmp_path / f"translations/{locale}/LC_MESSAGES/messages.{ending}").touch()
    (tmp_path / "static/dist/manifest.json").touch()
    monkeypatch.setattr(assets, "PACKAGE", tmp_path)
    monkeypatch.setattr(assets, "DIST", tmp_path / "static/dist")
    monkeypatch.setattr(assets, "TRANSLATIONS", tmp_path / "translations")
    assets.require_built()
    next(path for path in tmp_path.rglob("*") if str(path).endswith(missing)).unlink()
    with pytest.raises(assets.NotBuiltError, match=missing):
        create_app(Settings(**{**GOOD, "pb_instance": tmp_path}))


def test_the_tally_runs_without_flask_and_database() -> None:
    if not (ROOT / "pb_portal/tally").exists():
        pytest.skip("no tally yet")
    probe = "import sys, pb_portal.tally; print(sorted({'flask','sqlalchemy'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
