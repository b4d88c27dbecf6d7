"""Signs of votes that were not cast by the people they are counted for. Rules only, no database.

A sign is never a proof: households, dormitories and mobile networks look alike at a glance. So a
shared network address alone says nothing; it counts together with few phones or few devices.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from fractions import Fraction
from typing import Any

from pb_portal.domain.chance import binomial_tail

KINDS = ("address", "phone", "device", "burst", "ages", "quick", "identical")
BUCKETS = (3, 10, 30, 120)
"""Upper ends, in seconds, of how long a ballot was open; the last bucket has none."""
AGE_HOURS = 5
SMALL_GROUP = 10
"""Choices are compared in no group smaller than this."""
MOST_SHOWN = 500
"""A group larger than this is shown as "more than": no figure may come near the turnout."""
ODDS = 10**6
PARTS = 1000


@dataclass(frozen=True)
class Thresholds:
    """From how many votes on something is a sign; set for each cycle before its vote."""

    address: int = 40
    phone: int = 5
    device: int = 10
    burst: int = 25
    ages: int = 15
    quick: int = 5
    identical: int = 90
    """Per cent of a group."""

    @classmethod
    def from_dict(cls, data: Mapping[str, int]) -> Thresholds:
        """From stored data; what is not named keeps its default."""
        known = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in data.items() if name in known})


@dataclass(frozen=True)
class Trace:
    """What a vote leaves for 90 days: keyed hashes, an hour, and nothing of the choice."""

    voter: str
    hour: int
    address: str = ""
    network: str = ""
    device: str = ""
    phone: str = ""
    year: int = 0
    bucket: int = len(BUCKETS)
    how: str = ""


@dataclass(frozen=True)
class Flag:
    """One sign about one group of votes."""

    kind: str
    subject: str
    figures: dict[str, Any]
    members: frozenset[str]
    severity: str = "low"


@dataclass
class _Found:
    flags: list[Flag] = field(default_factory=list)

    def add(self, kind: str, subject: str, group: Collection[Trace], **figures: Any) -> None:
        members = frozenset(one.voter for one in group)
        told = {"votes": shown(len(members)), "phones": shown(_phones(group)), **figures}
        self.flags.append(Flag(kind, subject, told, members))


def bucket_of(seconds: float) -> int:
    """Which bucket a time of voting falls in."""
    return next((place for place, end in enumerate(BUCKETS) if seconds < end), len(BUCKETS))


def shown(number: int) -> int:
    """A figure as the desk may show it: one more than the most stands for "more than"."""
    return min(number, MOST_SHOWN + 1)


def find_flags(
    traces: Sequence[Trace], limits: Thresholds, known: Collection[str] = ()
) -> list[Flag]:
    """Every sign in these traces but identical choices; `known` are shared addresses of the city
    (polling points, libraries). Each sign has a subject, so that the next run finds it again."""
    found = _Found()
    traces = sorted(traces, key=lambda one: one.voter)
    years = Counter(one.year for one in traces if one.year)
    remote = [one for one in traces if one.how != "operator"]
    for place, group in _places(remote, limits, known):
        _judge_place(found, place, group, limits, years)
    _judge_devices(found, remote, limits)
    _judge_phones(found, traces, limits)
    _judge_scattered(found, remote, limits, years)
    return _weighed(found.flags)


def _places(
    traces: Iterable[Trace], limits: Thresholds, known: Collection[str]
) -> Iterator[tuple[str, list[Trace]]]:
    """Groups by address; and by network where no single address of it is a group of its own."""
    traces = [one for one in traces if one.address not in known and one.network not in known]
    least = min(limits.address, limits.burst, limits.ages, limits.quick)
    large = set()
    for place, group in _by(traces, "address").items():
        if len(group) >= least:
            large.add(group[0].network)
            yield place, group
    for place, group in _by(traces, "network").items():
        if len(group) >= least and place not in large:
            yield place, group


def _judge_place(
    found: _Found, place: str, group: list[Trace], limits: Thresholds, years: Counter[int]
) -> None:
    if len(group) >= limits.address and _crowding(group) >= 2:
        hours = max(one.hour for one in group) - min(one.hour for one in group) + 1
        found.add("address", place, group, hours=hours)
    hour, most = max(_by_hour(group).items(), key=lambda item: (len(item[1]), item[0]))
    if len(most) >= limits.burst and _crowding(most) >= Fraction(3, 2):
        found.add("burst", place, most, hour=hour)
    if _crowding(group) >= Fraction(3, 2):
        _judge_ages(found, place, group, limits, years)
    quick = [one for one in group if one.bucket == 0]
    if len(quick) >= limits.quick:
        found.add("quick", place, quick)


def _judge_devices(found: _Found, traces: list[Trace], limits: Thresholds) -> None:
    """Devices that served many voters. A computer of a library serves people who each have a
    phone of their own, so it takes five times as many."""
    served = Counter(one.phone for one in traces if one.phone)
    heavy = []
    for device, group in _by(traces, "device").items():
        phones = {one.phone for one in group if one.phone}
        own_phones = 2 * sum(served[phone] for phone in phones) < 3 * len(phones)
        if len(group) >= (limits.device * 5 if own_phones else limits.device):
            heavy.append((device, group))
    _gather(found, "device", heavy)


def _judge_phones(found: _Found, traces: Sequence[Trace], limits: Thresholds) -> None:
    """Phones that served many voters."""
    heavy = [item for item in _by(traces, "phone").items() if len(item[1]) >= limits.phone]
    _gather(found, "phone", heavy)


def _gather(found: _Found, kind: str, heavy: Iterable[tuple[str, list[Trace]]]) -> None:
    """One sign for all that served many at one place: the one most of their votes came from."""
    places: dict[str, list[Trace]] = defaultdict(list)
    numbers: Counter[str] = Counter()
    for name, group in heavy:
        place = Counter(one.address or name for one in group).most_common(1)[0][0]
        places[place] += group
        numbers[place] += 1
    for place, group in places.items():
        found.add(kind, place, group, heavy=shown(numbers[place]))


def _judge_scattered(
    found: _Found, traces: list[Trace], limits: Thresholds, years: Counter[int]
) -> None:
    """What no single place shows: votes too quick for a hand, ages alike over shared phones."""
    placed = {one for flag in found.flags if flag.kind in ("quick", "ages") for one in flag.members}
    rest = [one for one in traces if one.voter not in placed]
    quick = [one for one in rest if one.bucket == 0]
    if len(quick) >= limits.quick * 4:
        found.add("quick", "everywhere", quick)
    shared = [
        one for group in _by(rest, "phone").values() if len(group) >= 3 for one in group
    ]  # fmt: skip
    _judge_ages(found, "everywhere", shared, limits, years)


def _judge_ages(
    found: _Found, place: str, group: list[Trace], limits: Thresholds, years: Counter[int]
) -> None:
    best: tuple[int, int, list[Trace]] | None = None
    aged = sorted((one for one in group if one.year), key=lambda one: one.hour)
    for start in sorted({one.hour for one in aged}):
        window = [one for one in aged if start <= one.hour < start + AGE_HOURS]
        for year, alike in Counter(one.year for one in window).items():
            if alike >= limits.ages and (best is None or alike > best[0]):
                best = (alike, year, window)
    if best is None:
        return
    alike, year, window = best
    if too_alike(len(window), alike, share_of(year, years, group)):
        same = [one for one in window if one.year == year]
        found.add("ages", place, same, of=shown(len(window)), hours=AGE_HOURS)


def share_of(year: int, years: Mapping[int, int], group: Iterable[Trace]) -> Fraction:
    """Which share of the voters outside the group has this year of birth, in thousandths, rounded
    up and never under one in a hundred."""
    inside = Counter(one.year for one in group if one.year)
    same = years.get(year, 0) - inside[year]
    others = sum(years.values()) - sum(inside.values())
    parts = -(-PARTS * (same + 1) // (others + 60))
    return Fraction(min(max(parts, PARTS // 100), PARTS - 1), PARTS)


def too_alike(voters: int, alike: int, share: Fraction) -> bool:
    """Whether so many of one age are beyond chance: the exact tail of the binomial distribution,
    against one in a million for each of a hundred ages that could have stood out."""
    return binomial_tail(voters, alike, share) < Fraction(1, ODDS * 100)


def alike(ballots: Sequence[Any], percent: int) -> bool:
    """Whether almost all of a group's ballots are the same. Nothing finer leaves the box."""
    if len(ballots) < SMALL_GROUP:
        return False
    most = Counter(ballots).most_common(1)[0][1]
    return most * 100 >= len(ballots) * percent


def with_identical(flags: Sequence[Flag], groups: Mapping[str, bool]) -> list[Flag]:
    """The flags, and one more for each subject whose votes are almost all the same."""
    extra = [
        Flag("identical", subject, {"votes": shown(len(members))}, members)
        for subject, members in suspects(flags).items()
        if groups.get(subject)
    ]
    return _weighed([*flags, *extra])


def suspects(flags: Iterable[Flag]) -> dict[str, frozenset[str]]:
    """By subject, everybody in a group that is large enough to be compared."""
    groups: dict[str, frozenset[str]] = {}
    for flag in flags:
        groups[flag.subject] = groups.get(flag.subject, frozenset()) | flag.members
    return {key: members for key, members in groups.items() if len(members) >= SMALL_GROUP}


def _weighed(flags: Iterable[Flag]) -> list[Flag]:
    """One sign is low, two on the same votes are medium, three are high."""
    flags = list(flags)
    kinds: dict[str, set[str]] = defaultdict(set)
    for flag in flags:
        kinds[flag.subject].add(flag.kind)
    levels = {1: "low", 2: "medium"}
    return [
        Flag(one.kind, one.subject, one.figures, one.members,
             levels.get(len(kinds[one.subject]), "high"))
        for one in flags
    ]  # fmt: skip


def _crowding(group: Collection[Trace]) -> Fraction:
    """Voters for each phone; for each device where most proved themselves without a phone."""
    with_phone = sum(bool(one.phone) for one in group)
    return _per(group, "phone" if with_phone * 2 >= len(group) else "device")


def _per(group: Collection[Trace], name: str) -> Fraction:
    """Votes without a phone, or without a cookie, count as having one of their own."""
    values = [getattr(one, name) for one in group]
    own = sum(not value for value in values)
    return Fraction(len(group), len({value for value in values if value}) + own)


def _phones(group: Collection[Trace]) -> int:
    return len({one.phone for one in group if one.phone})


def _by(traces: Iterable[Trace], name: str) -> dict[str, list[Trace]]:
    groups: dict[str, list[Trace]] = defaultdict(list)
    for one in traces:
        if value := getattr(one, name):
            groups[value].append(one)
    return groups


def _by_hour(traces: Iterable[Trace]) -> dict[int, list[Trace]]:
    hours: dict[int, list[Trace]] = defaultdict(list)
    for one in traces:
        hours[one.hour].append(one)
    return hours
