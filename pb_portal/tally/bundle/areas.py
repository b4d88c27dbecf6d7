"""The files of areas: what they say beside their ballots, and how many ballots they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pb_portal.tally.bundle.archive import parse
from pb_portal.tally.bundle.record import WINNERS_ONLY
from pb_portal.tally.bundle.report import DIFFERS, NOTE
from pb_portal.tally.bundle.rulebook import Rules, spelled_rule
from pb_portal.tally.model import Election
from pb_portal.tally.pabulib import Reading

_VOTE_TYPES: Final = {
    "approval": "approval",
    "knapsack": "approval",
    "points": "cumulative",
    "ranking": "ordinal",
}
#: Fewer ballots than this are published as totals alone.
_BALLOTS_FROM: Final = 300
_SEED: Final = re.compile(r"lot of seed ([0-9a-f]+)\.")
_BOOK: Final = re.compile(r"Rule book ([0-9a-f]{64})\.")
_PROJECT: Final = frozenset(("id", "name", "cost", "withdrawn"))
_WINNERS_KEYS: Final = (frozenset(("budget", "currency", "figures", "projects")), _PROJECT)
_TOTALS_KEYS: Final = (
    frozenset(("ballots", "budget", "currency", "vote_type", "min_score", "awards", "conflicts"))
    | {"projects"},
    _PROJECT | {"votes", "score"},
)
_OWN_AREA: Final = "own_area"


class Files:
    """The files of all areas against the rule book and the ledger."""

    def __init__(self, rules: Rules) -> None:
        self.rules, self.report, self.book = rules, rules.report, rules.book
        #: ballots of each area; None where that is not published
        self.ballots: dict[str, int | None] = {}

    def check(self) -> None:
        self.report.guard("The areas' files", self.check_files)
        self.report.guard("The number of ballots", self.check_ballots)

    def check_files(self) -> None:
        """What an area's file says beside its ballots."""
        for area in self.rules.areas:
            code, name = str(area["code"]), str(area["file"])
            if name.endswith(".pb"):
                faults = [*self.file_faults(area, self.rules.read(name))]
            else:
                faults = [*self.totals_faults(code, name)]
            for text in faults:
                self.report.say(DIFFERS, f"{code}: {text}")

    def file_faults(self, area: Mapping[str, Any], reading: Reading) -> Iterator[str]:
        election, code = reading.election, str(area["code"])
        self.ballots[code] = election.voters
        yield from self.election_faults(election)
        own, due = spelled_rule(election.rule), spelled_rule(str(area["rule"]))
        if own != due and not (own == "greedy-threshold" and due == "greedy"):
            yield f"its file says that it goes by {own}, and it was counted by {due}."
        codes = {notice.code for notice in reading.notices}
        if codes & {"other_votes", "other_score", "total_ignored"}:
            yield "its file states other sums of votes than its ballots give."
        if codes & {"long_vote", "repeated_choice", "blank_vote", "limit_ignored", "joined_name"}:
            yield "its file holds ballots that the rules do not allow."
        (stated,) = (one for one in self.rules.result["areas"] if str(one["code"]) == code)
        won = {str(one) for one in stated["selected"]}
        marks = {one.id: one.official for one in election.projects}
        if {*marks.values()} - {None} and any(
            marks[one] != (1 if one in won else 0) for one in marks
        ):
            yield "its file marks other winners than the result has."
        comment = election.meta.get("comment", "")
        for pattern, right in (
            (_SEED, self.rules.lot.get("seed")),
            (_BOOK, self.rules.rules.get("rule_book_sha256")),
        ):
            if any(one != right for one in pattern.findall(comment)):
                yield "its file names another seed or rule book."

    def election_faults(self, election: Election) -> Iterator[str]:
        """What decides a count and stands in the rule book."""
        due = _VOTE_TYPES.get(str(self.book.get("ballot_type")))
        if due is not None and election.vote_type != due:
            yield f"its ballots are of the kind {election.vote_type}, not {due}."
        least = self.book.get("minimum_votes")
        if least is not None and election.limits.min_score != least * 10**election.points_scale:
            yield "its least score is not that of the rule book."
        most = self.book.get("max_choices")
        if self.book.get("ballot_type") == "approval" and most is not None:
            most = min(most, len(election.projects))
            if election.limits.max_length != most:
                yield f"its ballots may name {election.limits.max_length} projects, not {most}."
        if election.conflicts or election.awards:
            yield "its file names conflicts or awards that the rule book does not know."

    def totals_faults(self, code: str, name: str) -> Iterator[str]:
        data = parse(self.rules.members, name)
        self.ballots[code] = None
        keys = _WINNERS_KEYS if name.endswith(WINNERS_ONLY) else _TOTALS_KEYS
        if set(data) != keys[0] or any(set(one) != keys[1] for one in data["projects"]):
            yield "its totals hold something else than totals do."
        if name.endswith(WINNERS_ONLY):
            return
        ballots = data["ballots"]
        self.ballots[code] = ballots
        if ballots is not None and ballots >= _BALLOTS_FROM:
            yield f"{ballots} people voted, so its ballots have to be published."
        approvals = data["vote_type"] in ("approval", "choose-1")
        for one in data["projects"]:
            if one["votes"] > (ballots or one["votes"]) or (
                approvals and one["votes"] != one["score"]
            ):
                yield f"project {one['id']} has other votes than its score and its ballots allow."
        due = _VOTE_TYPES.get(str(self.book.get("ballot_type")), data["vote_type"])
        if data["vote_type"] != due or data["conflicts"] or data["awards"]:
            yield "its totals are of another kind of vote than that of the rule book."
        if data["min_score"] != self.book.get("minimum_votes", data["min_score"]):
            yield "its least score is not that of the rule book."

    def check_ballots(self) -> None:
        """The ballots of all areas against those of the ledger."""
        told, turnout = self.rules.ledger.get("ballots"), self.report.about.get("turnout") or {}
        self.check_turnout(told, turnout)
        silent = sorted(code for code, number in self.ballots.items() if number is None)
        blank = turnout.get("blank", 0) or 0
        together = sum(number for number in self.ballots.values() if number) + blank
        sizes = [head["size"] for head in self.rules.ledger.get("heads") or ()]
        most = told if told is not None else max(sizes, default=None)
        if most is None:
            self.report.say(
                NOTE, "The number of ballots: the bundle has nothing to compare it with."
            )
        elif self.book.get("scope", _OWN_AREA) != _OWN_AREA:
            self.check_scattered(most, blank)
        elif silent:
            self.report.check(
                together <= most,
                f"The areas hold {together} ballots, no more than the ledger.",
                f"The areas hold {together} ballots, the ledger {most}.",
            )
            self.report.say(
                NOTE, f"How many voted in {', '.join(silent)}: not published, since few voted."
            )
        else:
            self.report.check(
                together == most if told is not None else together <= most,
                f"The areas hold the {together} ballots of the ledger, {blank} of them blank.",
                f"The areas hold {together} ballots, the ledger {most}.",
            )

    def check_turnout(self, told: object, turnout: Mapping[str, Any]) -> None:
        if turnout.get("ballots", told) != told:
            self.report.say(
                DIFFERS, "The manifest tells another number of ballots than the ledger."
            )
        channels = turnout.get("channels")
        if channels and sum(channels.values()) != turnout.get("voters"):
            self.report.say(DIFFERS, "The channels do not make up the number of voters.")

    def check_scattered(self, most: int, blank: int) -> None:
        """A ballot may count in several areas, and in each of them once."""
        numbers = [number or 0 for number in self.ballots.values()]
        self.report.check(
            max(numbers, default=0) + blank <= most,
            "No area holds more ballots than the ledger.",
            "An area holds more ballots than the ledger.",
        )
        if None not in self.ballots.values() and sum(numbers) + blank < most:
            self.report.say(DIFFERS, "All areas together hold fewer ballots than the ledger.")
        self.report.say(
            NOTE, "That no ballot is missing in one area: voters could choose in several."
        )
