"""Attack: supply chain. A package without a known hash or with other contents is refused."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKED = sorted(path.name for path in ROOT.glob("requirements*.txt"))


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder of packages with one that does nothing."""
    wheel = tmp_path / "harmless-1.0-py3-none-any.whl"
    info = "harmless-1.0.dist-info/"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("harmless.py", "")
        archive.writestr(info + "METADATA", "Metadata-Version: 2.1\nName: harmless\nVersion: 1.0\n")
        archive.writestr(info + "WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n")
        archive.writestr(info + "RECORD", "")
    return tmp_path


def install(shop: Path, line: str) -> subprocess.CompletedProcess[str]:
    """Install as the Makefile does, from the folder alone."""
    asked = shop / "asked.txt"
    asked.write_text(line + "\n")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--no-index"]
    where = ["--find-links", str(shop), "--target", str(shop / "there"), "--require-hashes"]
    command = [*pip, *where, "-r", str(asked)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_attack_supply_chain_an_unhashed_install_fails(shop: Path) -> None:
    done = install(shop, "harmless==1.0")
    assert done.returncode != 0 and "ash" in done.stderr
    assert not (shop / "there" / "harmless.py").exists()


def test_attack_supply_chain_changed_contents_fail_and_the_known_ones_pass(shop: Path) -> None:
    wheel = next(shop.glob("*.whl"))
    good = hashlib.sha256(wheel.read_bytes()).hexdigest()
    done = install(shop, f"harmless==1.0 --hash=sha256:{good}")
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("evil.py", "boom")
    done = install(shop, f"harmless==1.0 --hash=sha256:{good}")
    assert done.returncode != 0 and "DO NOT MATCH" in done.stderr


@pytest.mark.parametrize("name", LOCKED)
def test_attack_supply_chain_every_line_is_pinned_and_hashed(name: str) -> None:
    text = (ROOT / name).read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    assert lines
    for line in lines:
        assert re.match(r"[\w.\[\]-]+==[\w.!+]+(\s|;)", line), line
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", line), line
        assert "://" not in line


def test_attack_supply_chain_every_script_package_has_its_integrity() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert len(packages) > 5
    for name, entry in packages.items():
        assert entry.get("integrity", "").startswith("sha512-"), name
        assert entry.get("resolved", "https://registry.npmjs.org/").startswith("https://"), name


def test_attack_supply_chain_the_makefile_installs_in_no_other_way() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    pip = [
        line for line in makefile.splitlines() if re.search(r"\(PIP\).*install|pip install", line)
    ]
    assert pip and all("--require-hashes" in line for line in pip), pip
    npm = re.findall(r"npm (?:ci|install|i)\b[^&\n]*", makefile)
    assert npm and all(line.startswith("npm ci --ignore-scripts") for line in npm), npm


def test_attack_supply_chain_pages_load_nothing_from_elsewhere() -> None:
    built = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "pb_portal/static/src").rglob("*.js")]
    loading = re.compile(r"""(?:src|import|from|@import|url\()\s*=?\s*["'(]?https?://""")
    strays = [path for path in built if loading.search(path.read_text("utf-8"))]
    assert not strays
