"""What a check of a bundle found, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pb_portal.tally.bundle.archive import BundleError

HOLDS: Final = "holds"
DIFFERS: Final = "differs"
#: Something nobody can check with this bundle, or with what was handed in beside it.
NOTE: Final = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: ``holds``, ``differs``, or ``note`` for what was not checked,
    and a sentence."""

    kind: str
    text: str


@dataclass(slots=True)
class Report:
    """All findings, in the order of the checks.

    ``signer_known`` says that the caller named the key and the bundle is signed with it,
    ``older`` that the bundle is not of the newest format.
    """

    findings: list[Finding] = field(default_factory=list)
    key: str = ""
    signer_known: bool = False
    older: bool = False
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether nothing differs."""
        return all(one.kind != DIFFERS for one in self.findings)

    @property
    def unchecked(self) -> list[str]:
        """What was not checked."""
        return [one.text for one in self.findings if one.kind == NOTE]

    def say(self, kind: str, text: str) -> None:
        self.findings.append(Finding(kind, text))

    def check(self, holds: bool, right: str, wrong: str) -> None:
        """One of two sentences."""
        self.say(HOLDS if holds else DIFFERS, right if holds else wrong)

    def guard(self, what: str, look: Callable[[], None]) -> None:
        """Look at something whose data may have any shape."""
        try:
            look()
        except BundleError:
            raise
        except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError) as error:
            self.say(DIFFERS, f"{what} cannot be read: {type(error).__name__}.")


def last_word(report: Report) -> str:
    """The sentence a check ends with."""
    differing = sum(one.kind == DIFFERS for one in report.findings)
    unchecked = len(report.unchecked)
    if differing:
        return f"{differing} {'thing differs' if differing == 1 else 'things differ'}."
    if not report.signer_known:
        return (
            "Nothing differs, but THE SIGNER IS UNKNOWN: anybody can sign a bundle. Name the key "
            "the city publishes by --key."
        )
    if unchecked:
        were = "thing was" if unchecked == 1 else "things were"
        return f"What was checked holds. {unchecked} {were} NOT checked, as listed above."
    return "Everything was checked and holds."
