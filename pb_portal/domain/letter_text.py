"""Words of people inside letters: nothing of them becomes a link or a line of the letter's own.

Programs that show mail make links of whatever looks like one. A stranger's name or title must not
lead anywhere, so a space stands where an address would be read: `evil.example` → `evil. example`.
"""

from __future__ import annotations

import re

from pb_portal.domain.text import clean

_DOT = r"[.。．｡․]"
_BETWEEN_LABELS = re.compile(rf"(?<=[\w\-\])]){_DOT}(?=[^\W\d_])")
_SCHEME = re.compile(r"(?i)([a-z][a-z0-9+.\-]*):(?=[/\\])")
_SPOKEN = re.compile(r"(?i)\b(mailto|tel|sms|callto|javascript|data|tg|skype|whatsapp):(?=\S)")
_AT = re.compile(r"(?<=\S)[@＠](?=\S)")
_FOUR_NUMBERS = re.compile(rf"(?<!\d)(\d{{1,3}}){_DOT}(\d{{1,3}}){_DOT}(\d{{1,3}}){_DOT}(?=\d)")
_BREAK = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")


def without_links(text: str) -> str:
    """The text with nothing in it that a program would make a link of; its lines stay."""
    lines = _BREAK.sub("\n", text).split("\n")
    return "\n".join(_defuse(line) for line in lines)


def as_one_line(text: str) -> str:
    """A name or a title: one line, without links."""
    return " ".join(_defuse(_BREAK.sub(" ", text)).split())


def _defuse(line: str) -> str:
    plain = _SCHEME.sub(r"\1: ", clean(line))
    plain = _SPOKEN.sub(r"\1: ", plain)
    plain = _FOUR_NUMBERS.sub(r"\1. \2. \3. ", plain)
    plain = _BETWEEN_LABELS.sub(lambda dot: dot[0] + " ", plain)
    return _AT.sub(" @ ", plain)


def quoted(text: str) -> str:
    """Words of somebody else, each line marked, so that none passes for the letter's own."""
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))
