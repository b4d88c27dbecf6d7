"""The house keeps its plan."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from config import MissingSettings, Settings
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
    ):
        assert name in str(refused.value)


def test_the_tally_runs_without_flask_and_database() -> None:
    if not (ROOT / "pb_portal/tally").exists():
        pytest.skip("no tally yet")
    probe = "import sys, pb_portal.tally; print(sorted({'flask','sqlalchemy'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
