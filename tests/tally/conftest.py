"""Small elections to count, and the published ones where they are at hand."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pb_portal.tally import Ballot, Election, Project

ROOT = Path(__file__).resolve().parents[2]


def published() -> list[Path]:
    """The public library's files beside the project, or in PABULIB_DIR; often there are none."""
    folder = Path(os.environ.get("PABULIB_DIR", ROOT.parent / "shared" / "pabulib"))
    return sorted(folder.glob("*.pb"))


@pytest.fixture
def make() -> Callable[..., Election]:
    """An election in short: costs by id, ballots as words of one-letter ids."""

    def build(costs: dict[str, int], ballots: list[str], budget: int, **more: object) -> Election:
        return Election(
            projects=tuple(Project(one, cost) for one, cost in costs.items()),
            ballots=tuple(Ballot(tuple(ballot)) for ballot in ballots),
            budget=budget,
            **more,
        )

    return build


@pytest.fixture
def published_files() -> dict[str, Path]:
    """The published elections at hand by name."""
    return {path.stem: path for path in published()}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "published_file" in metafunc.fixturenames:
        files = published()
        reason = "no published elections here; PABULIB_DIR can name a folder of them"
        cases = files or [pytest.param(None, marks=pytest.mark.skip(reason=reason))]
        metafunc.parametrize("published_file", cases, ids=lambda one: one.stem if one else "none")
