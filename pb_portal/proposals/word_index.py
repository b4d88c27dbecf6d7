"""Keeps what the list filters and searches by in step with the proposals themselves.

It follows every flush, so that whoever writes a price or `search_text` need not know of it. Drafts
are not searched and have no rows in the index of words.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Table, delete, event, insert, inspect, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapper, Session

from pb_portal.cycles.models import Category
from pb_portal.domain.placeholders import is_placeholder
from pb_portal.domain.text import words
from pb_portal.proposals.models import Proposal, ProposalWord, SaidWord
from pb_portal.proposals.words import index_of

LONGEST_WORD = 40
SHORTEST_WORD = 3
_TEXTS = ("title", "address", "problem", "solution")


def said_words(texts: Iterable[str]) -> list[str]:
    """The different words of texts that are worth suggesting, in order (so that two writers never
    wait for each other crosswise)."""
    found = {word for text in texts if not is_placeholder(text) for word in words(text)}
    return sorted(
        word
        for word in found
        if SHORTEST_WORD <= len(word) <= LONGEST_WORD and not any(map(str.isdigit, word))
    )


def index_rows(
    connection: Connection, cycle_id: int, proposal_id: int, stems: str, texts: Iterable[str]
) -> None:
    """Write the rows of one proposal, which has none yet."""
    rows = [
        {"cycle_id": cycle_id, "stem": stem, "proposal_id": proposal_id}
        for stem in dict.fromkeys(stems.split())
    ]
    if rows:
        connection.execute(insert(ProposalWord), rows)
    said = [{"cycle_id": cycle_id, "word": word} for word in said_words(texts)]
    if said:
        made: Any = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(
            SaidWord
        )
        connection.execute(made.on_conflict_do_nothing(), said)


def rebuild(session: Session, cycle_id: int) -> int:
    """Write the whole index of a cycle anew; returns how many proposals it holds."""
    session.flush()
    for table in (ProposalWord, SaidWord):
        session.execute(delete(table).where(table.cycle_id == cycle_id))
    rows = session.execute(
        select(
            *(Proposal.id, Proposal.search_text, Category.names),
            *(getattr(Proposal, name) for name in _TEXTS),
        )
        .outerjoin(Proposal.category)
        .where(Proposal.cycle_id == cycle_id, Proposal.number.is_not(None))
        .order_by(Proposal.id)
    ).all()
    for row in rows:
        texts = [*row[3:], *(row.names or {}).values()]
        index_rows(session.connection(), cycle_id, row.id, row.search_text, texts)
    return len(rows)


@event.listens_for(Proposal, "before_insert")
@event.listens_for(Proposal, "before_update")
def _price(mapper: Mapper[Proposal], connection: Connection, proposal: Proposal) -> None:
    proposal.listed_price = (
        proposal.cost or 0 if proposal.reviewed_cost is None else proposal.reviewed_cost
    )


@event.listens_for(Proposal, "after_insert")
@event.listens_for(Proposal, "after_update")
def _follow(mapper: Mapper[Proposal], connection: Connection, proposal: Proposal) -> None:
    if proposal.number is None:
        return
    state = inspect(proposal)
    if not any(state.attrs[name].history.has_changes() for name in ("search_text", "number")):
        return
    connection.execute(delete(ProposalWord).where(ProposalWord.proposal_id == proposal.id))
    texts = [getattr(proposal, name) for name in _TEXTS]
    names = connection.scalar(select(Category.names).where(Category.id == proposal.category_id))
    texts += (names or {}).values()
    index_rows(connection, proposal.cycle_id, proposal.id, proposal.search_text, texts)


@event.listens_for(Category, "after_update")
def _renamed(mapper: Mapper[Category], connection: Connection, category: Category) -> None:
    """Proposals are found by the name of their category too: a new name is written into them."""
    if not inspect(category).attrs.names.history.has_changes():
        return
    table = Proposal.__table__
    assert isinstance(table, Table)
    rows = connection.execute(
        select(
            *(Proposal.id, Proposal.cycle_id, Proposal.number),
            *(getattr(Proposal, name) for name in _TEXTS),
        ).where(Proposal.category_id == category.id)
    ).all()
    for row in rows:
        texts = [*row[3:], *category.names.values()]
        said = index_of("" if row.number is None else str(row.number), *texts)
        connection.execute(update(table).where(table.c.id == row.id).values(search_text=said))
        if row.number is not None:
            connection.execute(delete(ProposalWord).where(ProposalWord.proposal_id == row.id))
            index_rows(connection, row.cycle_id, row.id, said, texts)
