"""How a voter looks at the ballot: as cards, list or map, narrowed and page by page.

A page holds a few dozen proposals at most, however many stand on the ballot: an old phone loads
and scrolls it easily. What is marked elsewhere travels along with the form.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pb_portal.domain.text import fold
from pb_portal.proposals.models import Proposal

VIEWS = ("cards", "list", "map")
ON_PAGE = {"cards": 24, "list": 60, "map": 60}
FEW = 6
"""Up to so many proposals need nothing to find them by."""
MOST_COMPARED = 3


@dataclass(frozen=True)
class Look:
    """One way of looking, as the address has it."""

    view: str = "cards"
    words: str = ""
    category: str = ""
    area: int = 0
    cost: int = 0
    only: bool = False
    page: int = 1

    @property
    def narrowed(self) -> bool:
        """Whether some proposals may be left out."""
        return bool(self.words or self.category or self.area or self.cost or self.only)

    def args(self, **changes: Any) -> dict[str, Any]:
        """The address's part, without what is usual."""
        look = replace(self, **changes)
        return {
            "view": look.view if look.view != VIEWS[0] else None,
            "q": look.words or None,
            "category": look.category or None,
            "area": look.area or None,
            "cost": look.cost or None,
            "only": 1 if look.only else None,
            "page": look.page if look.page > 1 else None,
        }


def look_of(args: Mapping[str, str]) -> Look:
    """The way of looking that an address or a form names; what makes no sense is passed over."""
    view = args.get("view", "")
    return Look(
        view=view if view in VIEWS else VIEWS[0],
        words=args.get("q", "").strip()[:80],
        category=args.get("category", "")[:60],
        area=_whole(args.get("area", "")),
        cost=_whole(args.get("cost", "")),
        only=bool(args.get("only")),
        page=max(1, _whole(args.get("page", ""))),
    )


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


@dataclass(frozen=True)
class Shown:
    """What one page of the ballot shows."""

    look: Look
    papers: Sequence[Proposal]
    """Those of this page."""
    fitting: Sequence[Proposal]
    """Those that fit what is looked for, on all pages."""
    total: int
    kept: Sequence[Proposal]
    """Marked ones that stand elsewhere."""
    pages: int


def shown(papers: Sequence[Proposal], look: Look, marked: Collection[int]) -> Shown:
    """The page of the ballot that fits; a page past the end is the last one."""
    words = fold(look.words).split()
    fitting = [one for one in papers if _fits(one, look, words, marked)]
    size = ON_PAGE[look.view]
    pages = max(1, -(-len(fitting) // size))
    page = min(look.page, pages)
    here = fitting[(page - 1) * size : page * size]
    ids = {one.id for one in here}
    return Shown(
        look=replace(look, page=page),
        papers=here,
        fitting=fitting,
        total=len(papers),
        kept=[one for one in papers if one.id in marked and one.id not in ids],
        pages=pages,
    )


def _fits(paper: Proposal, look: Look, words: list[str], marked: Collection[int]) -> bool:
    if look.only and paper.id not in marked:
        return False
    if look.area and paper.area_id != look.area:
        return False
    if look.cost and paper.price > look.cost:
        return False
    if look.category and (paper.category is None or paper.category.code != look.category):
        return False
    if not words:
        return True
    text = fold(f"{paper.number} {paper.title} {paper.address} {paper.problem} {paper.solution}")
    return all(word in text for word in words)


def choices_of(papers: Sequence[Proposal]) -> dict[str, Any]:
    """What the fields that narrow a ballot offer."""
    categories = {one.category.code: one.category.names for one in papers if one.category}
    districts = {one.area.id: one.area for one in papers if one.area}
    return {
        "categories": sorted(categories.items()),
        "districts": sorted(districts.values(), key=lambda area: area.code),
        "costs": cost_steps(papers),
    }


def cost_steps(papers: Sequence[Proposal]) -> list[int]:
    """A few round sums that divide the proposals by cost, to choose "up to" from."""
    prices = sorted(one.price for one in papers)
    if len(prices) <= FEW or prices[0] == prices[-1]:
        return []
    quarters = [prices[len(prices) * part // 4] for part in (1, 2, 3)]
    steps = sorted({_round_up(price) for price in quarters})
    return [step for step in steps if prices[0] <= step < prices[-1]]


def _round_up(price: int) -> int:
    """The next sum people say: 1, 2, 5, 10, 20, 50 … of its size."""
    size = int("1" + "0" * (len(str(price)) - 1))
    return next(times * size for times in (1, 2, 5, 10) if price <= times * size)


def points_of(papers: Sequence[Proposal], marked: Collection[int]) -> list[dict[str, Any]]:
    """The points of a map of the ballot: each shows its number."""
    return [
        {
            "lat": round(one.lat, 5),
            "lon": round(one.lon, 5),
            "label": one.number,
            "key": one.id,
            "title": f"{one.number}. {one.title}",
            "text": one.address,
            "lit": one.id in marked,
        }
        for one in papers
        if one.lat is not None and one.lon is not None
    ]
