"""One voter at one ballot, and where the buttons of the ballot's pages lead."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from flask import redirect, request, url_for
from flask import session as cookie

from pb_portal.cycles.models import Cycle, CycleArea, Phase
from pb_portal.db import session
from pb_portal.domain.ballots import RANKING
from pb_portal.proposals.models import Proposal
from pb_portal.voting import looking, queries, service
from pb_portal.voting.marks import Marks, Typed
from pb_portal.voting.models import VoterSession
from pb_portal.voting.sheet import Sheet, sheet_of
from pb_portal.voting.views import visit
from pb_portal.voting.views.visit import READING, Answer


@dataclass(frozen=True)
class Booth:
    """One voter at one ballot."""

    cycle: Cycle
    phase: Phase
    poll: service.Poll
    voter: VoterSession
    marks: Marks
    areas: list[CycleArea]

    @cached_property
    def papers(self) -> list[Proposal]:
        """The proposals to choose from, read when a page shows them."""
        papers = queries.ballot_papers(session(), self.cycle.id, self.areas)
        return [papers[one] for one in self.poll.card_order(self.voter.voter_key, papers)]

    @property
    def kind(self) -> str:
        """How the ballot is marked."""
        return self.poll.rules.ballot_type

    @property
    def chosen(self) -> list[Proposal]:
        """The marked proposals: of a ranking in the voter's order, else in the ballot's."""
        marked = self.marks.choices
        found = [paper for paper in self.papers if paper.id in marked]
        return sorted(found, key=lambda p: marked.index(p.id)) if self.kind == RANKING else found

    def sheet(self, typed: Typed | None = None) -> Sheet:
        """The ballot as it is marked, or as it was typed."""
        shown = self.marks.typed(self.kind) if typed is None else typed
        return sheet_of(self.cycle, self.poll.rules, self.areas, self.papers, shown)


def enter(slug: str) -> Booth | Answer:
    """The booth, or the page that says why there is none."""
    cycle, phase = visit.get_vote(slug)
    if closed := visit.closed_page(cycle, phase):
        return closed
    voter = visit.find_voter(cycle)
    if voter is None:
        return visit.to_start(slug)
    if voter.finished:
        return redirect(url_for(".done", slug=slug))
    poll = visit.poll_of(cycle)
    marks = service.last_marks(session(), poll, voter)
    areas = queries.ballot_areas(poll.rules, cycle.areas, voter.area_id, marks.other)
    return Booth(cycle, phase, poll, voter, marks, areas)


def onward_to(slug: str) -> str:
    """Where a button other than the last one leads; the marks are kept on the way. Empty: to the
    check."""
    look, (go, _, step) = looking.look_of(request.args), request.form.get("go", "").partition("-")
    number = looking.look_of({"page": step}).page
    to: dict[str, tuple[str, dict[str, Any]]] = {
        "view": ("ballot", look.args(view=looking.look_of({"view": step}).view, page=1)),
        "page": ("ballot", {**look.args(page=number), "_anchor": "ballot-cards"}),
        "proposal": ("proposal", look.args()),
        "compare": ("compare", look.args()),
        "later": ("later", {}),
        "count": ("ballot", {**look.args(), "_anchor": "ballot-cards"}),
        "all": ("ballot", {**looking.Look(view=look.view).args(), "_anchor": "ballot-cards"}),
    }
    if go == "other":
        to[go] = ("ballot", {**look.args(area=0, page=1)})
    if go == "filter":
        wanted = replace(looking.look_of(request.form), view=look.view)
        to[go] = ("ballot", {**wanted.args(), "_anchor": "ballot-cards"})
    if go == "back":
        anchor = f"paper-{number}" if step else "ballot-cards"
        to[go] = ("ballot", {**look.args(), "_anchor": anchor})
    if go == "proposal":
        cookie[READING] = [number]
    if go == "compare":
        cookie[READING] = request.form.getlist("compare", type=int)[: looking.MOST_COMPARED]
    if go not in to:
        return ""
    page, args = to[go]
    return url_for(f"voting.{page}", slug=slug, **args)
