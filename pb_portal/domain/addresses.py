"""When two ways of writing an e-mail address name one mailbox."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from pb_portal.domain.text import clean

IDEOGRAPHIC_DOTS = str.maketrans(dict.fromkeys("。．｡", "."))
SAME_PROVIDER = {"googlemail.com": "gmail.com"}


@dataclass(frozen=True)
class MailboxPolicy:
    """What an installation takes for the same mailbox: settings `PLUS_TAGS` and `DOTLESS_MAIL`."""

    tags_apart: bool = False
    dotless: frozenset[str] = frozenset({"gmail.com", "googlemail.com"})


_policies = [MailboxPolicy()]


def use_policy(policy: MailboxPolicy) -> None:
    """Compare addresses by this policy from now on."""
    _policies[0] = policy


def canonical_address(address: str, policy: MailboxPolicy | None = None) -> str:
    """The one way of writing an address: compatible letters, lower case, the domain in ASCII,
    without a tag after “+” and, where a provider ignores them, without dots."""
    rules = policy or _policies[0]
    plain = unicodedata.normalize("NFKC", clean(address)).translate(IDEOGRAPHIC_DOTS)
    local, _at, domain = plain.casefold().rpartition("@")
    host = ".".join(_in_ascii(label) for label in domain.strip(".").split("."))
    name = local if rules.tags_apart else (local.partition("+")[0] or local)
    if host in rules.dotless:
        name = name.replace(".", "") or name
    return f"{name}@{SAME_PROVIDER.get(host, host)}"


def _in_ascii(label: str) -> str:
    try:
        return label.encode("idna").decode("ascii")
    except UnicodeError:
        return label
