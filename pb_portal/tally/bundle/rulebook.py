"""The result against the rule book and the poll: rules, areas, budgets, prices, numbers of ballots.

The rule book was fixed before the vote, and so was the poll: areas, budgets and prices. Everything
an area was counted from has to follow from them: an area that went by another rule, or is missing,
or has other prices, differs. Both are the bundle's own words until the caller names the rule book's
digest and the poll as they were published.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pb_portal.tally.bundle.archive import canonical, digest, parse, parse_value
from pb_portal.tally.bundle.ledger import Given
from pb_portal.tally.bundle.record import WINNERS_ONLY, spelled
from pb_portal.tally.bundle.report import DIFFERS, HOLDS, NOTE, Report
from pb_portal.tally.model import ElectionError
from pb_portal.tally.pabulib import Reading, read
from pb_portal.tally.rules import parse_rule

POLL: Final = "poll.json"
METHOD: Final = "the order of SHA-256(seed, then project id)"
_AREA_KEYS: Final = {"about", "code", "file", "rule", "takes_from"}
_ENDINGS: Final = (".pb", ".totals.json", WINNERS_ONLY)


class Rules:
    """The rule book of a bundle, its areas, and what was read of their files."""

    def __init__(self, report: Report, members: Mapping[str, bytes], given: Given) -> None:
        self.report, self.members, self.given = report, members, given
        self.rules, self.lot = parse(members, "rules.json"), parse(members, "lot.json")
        self.ledger, self.result = parse(members, "ledger.json"), parse(members, "result.json")
        book = self.rules.get("rule_book")
        self.book: Mapping[str, Any] = book if isinstance(book, dict) else {}
        options = self.book.get("options")
        self.options: Mapping[str, Any] = options if isinstance(options, dict) else {}
        self.readings: dict[str, Reading] = {}

    def check(self) -> None:
        """Everything, in its order."""
        self.report.guard("The rule book", self.check_book)
        self.report.guard("The lot", self.check_lot)
        self.report.guard("The list of areas", self.check_areas)
        self.report.guard("The poll", self.check_poll)

    @property
    def areas(self) -> list[Mapping[str, Any]]:
        """The areas as rules.json lists them; ValueError for anything else."""
        areas = self.rules["areas"]
        if not isinstance(areas, list) or not all(isinstance(one, dict) for one in areas):
            raise ValueError("no list of areas")
        return areas

    def check_book(self) -> None:
        found = digest(canonical(self.rules.get("rule_book")))
        self.report.check(
            self.rules.get("rule_book_sha256") == found and bool(self.book),
            f"The rule book has the digest {found}.",
            "The rule book is not the one its digest was made of.",
        )
        if self.given.rules_sha256:
            self.report.check(
                found == self.given.rules_sha256.strip().lower(),
                "That is the rule book whose digest you named.",
                "It is another rule book than the one whose digest you named.",
            )
        else:
            self.report.say(
                NOTE,
                "That this is the rule book published before the vote: name its digest by --rules.",
            )
        if set(self.rules) != {"areas", "rule_book", "rule_book_sha256"}:
            self.report.say(DIFFERS, "rules.json holds something else than rules.")

    def check_lot(self) -> None:
        seed, commitment = _hex(self.lot.get("seed")), self.lot.get("commitment")
        self.report.check(
            bool(seed) and digest(seed) == commitment,
            f"The seed of the lot is the one committed to before the vote ({commitment}).",
            "The seed of the lot is not the one committed to before the vote.",
        )
        promised = self.book.get("lot_commitment")
        if promised is None:
            self.report.say(NOTE, "When the lot was committed to: the rule book does not say.")
        else:
            self.report.check(
                promised == commitment,
                "The rule book holds that commitment.",
                "The rule book holds another commitment of the lot.",
            )
        if self.lot.get("method") != METHOD:
            self.report.say(DIFFERS, "The lot says that it was drawn in another way.")

    def check_areas(self) -> None:
        """Which areas there are, each once, by the rule of the book, and the same everywhere."""
        codes = [str(area["code"]) for area in self.areas]
        counted = [str(area["code"]) for area in self.result["areas"]]
        wrong = [*self.area_faults()]
        if len(set(codes)) != len(codes) or codes != counted:
            wrong.append("rules.json and result.json do not list the same areas, each once.")
        own = self.options.get("area_rules") or {}
        for code in sorted(set(own) - set(codes)):
            wrong.append(f"{code}: the rule book has a rule for this area, which is left out.")
        stray = {name for name in self.members if name.startswith("areas/")}
        stray -= {str(area["file"]) for area in self.areas}
        wrong += [f"{name} is a file of no area." for name in sorted(stray)]
        for text in wrong:
            self.report.say(DIFFERS, text)
        if not wrong:
            self.report.say(HOLDS, f"All {len(codes)} areas go by the rule of the rule book.")

    def area_faults(self) -> Iterator[str]:
        for area in self.areas:
            code, stated = str(area["code"]), str(area["rule"])
            if set(area) != _AREA_KEYS or str(area["file"]) not in {
                f"areas/{code}{ending}" for ending in _ENDINGS
            }:
                yield f"{code}: rules.json describes this area in another way than bundles do."
            due = self.rule_of(code)
            if due is None:
                yield f"{code}: the rule book names no counting rule."
            elif spelled_rule(stated) != spelled_rule(due):
                yield f"{code}: it was counted by {stated}, the rule book says {due}."

    def rule_of(self, code: str) -> str | None:
        """The rule of an area by the rule book, as the portal reads it."""
        own = self.options.get("area_rules") or {}
        rule = own.get(code, self.book.get("counting_rule"))
        return None if rule is None else str(rule).replace("_", "-")

    def check_poll(self) -> None:
        """Areas, budgets and prices against the poll the rule book is bound to."""
        if POLL not in self.members:
            if not self.report.older:
                self.report.say(DIFFERS, "The bundle has no poll.json.")
            self.report.say(
                NOTE,
                "That no area was left out or added, and that budgets and prices are those of the "
                "vote: this bundle has no poll to compare them with.",
            )
            return
        if self.given.poll is None:
            self.report.say(
                NOTE,
                "That areas, budgets and prices are those the vote began with: name the published "
                "poll by --poll.",
            )
        else:
            kept = parse_value(self.given.poll, "The poll you named")
            self.report.check(
                canonical(kept) == self.members[POLL],
                "The poll is the one you named.",
                "The poll is not the one you named.",
            )
        poll = parse(self.members, POLL)["areas"]
        wrong = [*self.poll_faults({str(area["code"]): area for area in poll})]
        for text in wrong:
            self.report.say(DIFFERS, text)
        if not wrong:
            self.report.say(HOLDS, "Areas, budgets and prices are those of poll.json.")

    def poll_faults(self, poll: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
        files = {str(area["code"]): str(area["file"]) for area in self.areas}
        for code in sorted({*poll} - {*files}):
            yield f"{code}: this area of the poll is left out."
        for code, name in files.items():
            if code not in poll:
                yield f"{code}: this area is not in the poll."
                continue
            budget, prices = self.money_of(name)
            if budget != poll[code]["budget"]:
                yield f"{code}: its budget is {budget}, in the poll it is {poll[code]['budget']}."
            listed = {str(one["id"]): one["cost"] for one in poll[code]["projects"]}
            for one in sorted({*listed} | {*prices}):
                if prices.get(one) != listed.get(one):
                    yield (
                        f"{code}: project {one} costs {prices.get(one)}, in the poll "
                        f"{listed.get(one)}."
                    )

    def money_of(self, name: str) -> tuple[Any, dict[str, Any]]:
        """The budget and the prices that an area's file states."""
        if not name.endswith(".pb"):
            data = parse(self.members, name)
            return data["budget"], {str(one["id"]): one["cost"] for one in data["projects"]}
        election = self.read(name).election
        return spelled(election.budget, election.scale), {
            one.id: spelled(one.cost, election.scale) for one in election.projects
        }

    def read(self, name: str) -> Reading:
        """The file of an area; ValueError (as every ElectionError is) where it is none."""
        if name not in self.readings:
            self.readings[name] = read(self.members[name], voters=False)
        return self.readings[name]


def spelled_rule(rule: str) -> str:
    """An identifier in one spelling, as far as it is known."""
    try:
        return str(parse_rule(rule))
    except ElectionError:
        return rule


def _hex(value: object) -> bytes:
    try:
        return bytes.fromhex(value) if isinstance(value, str) else b""
    except ValueError:
        return b""
