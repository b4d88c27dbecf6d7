"""A form as a person sent it, kept while they sign in again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

KEPT_HOURS = 2
"""How long a form waits: its row on the server and its name in the browser alike."""


@dataclass(frozen=True)
class TypedForm:
    """Where a form was sent to, from which page, and its fields in their order."""

    action: str
    page: str
    fields: Sequence[tuple[str, str]]
    files: Sequence[str] = ()
    """Names of the fields that carried files; the files themselves are not kept."""

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> TypedForm:
        """The form of what `dataclasses.asdict` made of it, also after JSON."""
        fields = tuple((str(name), str(value)) for name, value in record["fields"])
        return cls(record["action"], record["page"], fields, tuple(record["files"]))

    def texts(self) -> list[str]:
        """What a person would miss: longer values that are not numbers, in their order."""
        return [value for _, value in self.fields if len(value.strip()) > 2 and not _is_key(value)]


def _is_key(value: str) -> bool:
    """Whether a value was chosen or made by the page rather than typed."""
    return value.isdecimal() or (" " not in value and "_" in value and value.islower())
