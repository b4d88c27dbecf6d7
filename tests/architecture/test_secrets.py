"""No key, password or token lies among the files of the repository."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = {"node_modules", "dist", ".git", ".venv", "instance", "__pycache__", ".mypy_cache"}
BINARY = {".woff2", ".png", ".jpg", ".webp", ".mo", ".ico", ".pdf", ".xlsx", ".sqlite3"}
SECRETS = re.compile(
    r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"
    r"|\bAKIA[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{30,}\b|\bgithub_pat_\w{30,}"
    r"|\bxox[abprs]-[\w-]{10,}"
    r"|\bsk-[A-Za-z0-9]{32,}\b"
    r"|\beyJ[\w-]{15,}\.eyJ[\w-]{15,}\."
    r"|(?i:secret|token|api_?key|passw(?:or)?d)\w*[\"']?\s*[:=]\s*[\"'](?=[^\"']*\d)[\w+/=-]{24,}[\"']"
    r"|\w+://[\w.-]+:(?!password@|secret@)[^\s@/\"'{$]{6,}@[\w.-]+"
)


def tracked() -> list[Path]:
    """Files of the repository, or of the folder where there is no git."""
    git = shutil.which("git")
    if git and (ROOT / ".git").exists():
        command = [git, "ls-files", "-z"]
        names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
        paths = [ROOT / name for name in names.decode().split("\0") if name]
    else:
        paths = [path for path in ROOT.rglob("*") if not LEFT_OUT & set(path.parts)]
    return [path for path in paths if path.is_file() and path.suffix not in BINARY]


def test_no_secret_is_kept_in_the_repository() -> None:
    files = tracked()
    assert len(files) > 300
    found = []
    for path in files:
        text = path.read_text("utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), 1):
            if SECRETS.search(line) and "nosecret" not in line:
                found.append(f"{path.relative_to(ROOT)}:{number}")
    assert not found


@pytest.mark.parametrize(
    "planted",
    [
        "-----BEGIN " + "PRIVATE KEY-----",
        "AKIA" + "A1B2C3D4E5F6G7H8",
        "gh" + "p_" + "a1" * 18,
        "secret_key = '" + "a1b2" * 8 + "'",
        "DATABASE_URL=postgresql://portal:" + "hunter22xx@db.example.kz/portal",
        "ey" + "JhbGciOiJIUzI1NiJ9.ey" + "JzdWIiOiIxMjM0NTY3ODkwIn0.x",
    ],
)
def test_the_scan_sees_a_secret_that_is_there(planted: str) -> None:
    assert SECRETS.search(planted)


def test_no_data_of_an_installation_is_tracked() -> None:
    endings = (".sqlite3", ".pem", ".key", ".env", "_key.txt", "demo-logins.json")
    strays = [path.name for path in tracked() if path.name.endswith(endings)]
    assert not strays
