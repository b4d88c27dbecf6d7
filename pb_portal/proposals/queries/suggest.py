"""What people may mean while they type: words and titles of a cycle; a near word when none fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb_portal.domain.text import words
from pb_portal.proposals.models import Proposal, ProposalWord, SaidWord
from pb_portal.proposals.queries.asked import LAST, Filters, conditions, saying
from pb_portal.proposals.queries.counts import COMMON
from pb_portal.proposals.queries.remembered import Remembered
from pb_portal.proposals.words import LONGEST_QUERY, MOST_QUERY_WORDS, sought, stems

SHORTEST = 2
"""Letters of the last word from which there is something to suggest."""
MOST_WORDS = 4
MOST_TITLES = 5
MOST_ADDRESSES = 2
NEAR = 75
"""Likeness, of 100, from which a word may be what was meant."""
_LOOKED_AT = 200
_READ = 30
_WITHOUT_KAZAKH_KEYS = str.maketrans("әғқңөұүһі", "агкноуухи")


@dataclass(frozen=True)
class Title:
    """A proposal to go to."""

    number: int
    title: str
    language: str
    address: str


@dataclass(frozen=True)
class Suggestions:
    """Whole queries, proposals and addresses that continue what was typed."""

    words: Sequence[str] = ()
    titles: Sequence[Title] = ()
    addresses: Sequence[str] = ()


_kept: Remembered[Suggestions] = Remembered(2_000)
_vocabulary: Remembered[list[str]] = Remembered(16)


def suggest(session: Session, cycle_id: int, typed: str, seconds: float = 0) -> Suggestions:
    """What continues the words typed; nothing for less than two letters."""
    asked = words(typed[:LONGEST_QUERY])[:MOST_QUERY_WORDS]
    if not asked or (len(asked[-1]) < SHORTEST and not asked[-1].isdigit()):
        return Suggestions()
    key = (str(session.get_bind().engine.url), cycle_id, tuple(asked))
    return _kept.get(key, seconds, lambda: _suggest(session, cycle_id, asked))


def meant(session: Session, cycle_id: int, typed: str, seconds: float = 0) -> str | None:
    """The words typed with each that nobody said replaced by a near one that somebody did; None
    when there is nothing better."""
    asked = words(typed[:LONGEST_QUERY])[:MOST_QUERY_WORDS]
    key = (str(session.get_bind().engine.url), cycle_id)
    known = _vocabulary.get(key, seconds * 10, lambda: _all_said(session, cycle_id))
    unknown = _unsaid(session, cycle_id, asked)
    found = [_nearest(word, known) if word in unknown else word for word in asked]
    return " ".join(found) if unknown and found != asked else None


def _suggest(session: Session, cycle_id: int, asked: list[str]) -> Suggestions:
    begun = asked[-1]
    before = " ".join(asked[:-1])
    continued = [f"{before} {word}".strip() for word in _continued(session, cycle_id, begun)]
    titles, addresses = [], dict[str, None]()
    for found in _titles(session, cycle_id, " ".join(asked)):
        if any(word.startswith(begun) for word in words(found.address)):
            addresses[found.address] = None
        titles.append(found)
    titles.sort(key=lambda one: not any(word.startswith(begun) for word in words(one.title)))
    return Suggestions(continued, titles[:MOST_TITLES], list(addresses)[:MOST_ADDRESSES])


def _continued(session: Session, cycle_id: int, begun: str) -> list[str]:
    """The words beginning so that most proposals say, one form of each."""
    forms: dict[str, str] = {}
    for word in session.scalars(
        select(SaidWord.word)
        .where(SaidWord.cycle_id == cycle_id, SaidWord.word >= begun, SaidWord.word < begun + LAST)
        .order_by(SaidWord.word)
        .limit(_LOOKED_AT)
    ):
        stem = stems(word)[0]
        if stem not in forms or len(word) < len(forms[stem]):
            forms[stem] = word
    if not forms:
        return []
    said = session.execute(
        select(ProposalWord.stem, func.count().label("number"))
        .where(ProposalWord.cycle_id == cycle_id, ProposalWord.stem.in_(list(forms)))
        .group_by(ProposalWord.stem)
    ).all()
    ranked = sorted(said, key=lambda row: (-row.number, row.stem))
    return [forms[row.stem] for row in ranked if forms[row.stem] != begun][:MOST_WORDS]


def _titles(session: Session, cycle_id: int, typed: str) -> list[Title]:
    wanted = conditions(
        cycle_id, Filters(words=typed), common=_are_common(session, cycle_id, typed)
    )
    rows = session.execute(
        select(Proposal.number, Proposal.title, Proposal.language, Proposal.address)
        .where(wanted)
        .order_by(Proposal.supports_count.desc(), Proposal.id.desc())
        .limit(_READ)
    )
    return [Title(row.number, row.title, row.language, row.address) for row in rows]


def _are_common(session: Session, cycle_id: int, typed: str) -> bool:
    """Whether each word is said in many proposals; never counts further than that."""
    parts = [
        select(func.count())
        .select_from(saying(cycle_id, some).limit(COMMON + 1).subquery())
        .scalar_subquery()
        for some in sought(typed)
    ]
    return bool(parts) and all(number > COMMON for number in session.execute(select(*parts)).one())


def _unsaid(session: Session, cycle_id: int, asked: list[str]) -> set[str]:
    """Which of the words nobody said, in one statement."""
    sought_words = [(word, some) for word in dict.fromkeys(asked) for some in sought(word)]
    if not sought_words:
        return set()
    said = session.execute(
        select(*(saying(cycle_id, some).exists() for _word, some in sought_words))
    ).one()
    return {word for (word, _some), there in zip(sought_words, said, strict=True) if not there}


def _all_said(session: Session, cycle_id: int) -> list[str]:
    return list(session.scalars(select(SaidWord.word).where(SaidWord.cycle_id == cycle_id)))


def _plain(word: str) -> str:
    """As typed on a keyboard without Kazakh letters."""
    return word.translate(_WITHOUT_KAZAKH_KEYS)


def _nearest(word: str, known: Sequence[str]) -> str:
    found = process.extractOne(word, known, scorer=fuzz.ratio, processor=_plain, score_cutoff=NEAR)
    return found[0] if found else word


def forget_suggestions() -> None:
    """Read everything anew from now on."""
    _kept.forget()
    _vocabulary.forget()
