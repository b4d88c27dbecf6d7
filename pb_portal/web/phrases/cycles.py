"""Sentences of cycles."""

from __future__ import annotations

from pb_portal.web.phrases.mark import N_, NP_
from pb_portal.web.quick import quick_say, translated

SENTENCES = {
    "phase.over": N_("This phase is over and cannot be extended."),
    "phase.not_later": N_("The new end must be later than the present one."),
    "phase.reason_missing": N_("Write the reason: residents will read it."),
    "phase.decline_reason_missing": N_("Write why you decline: the proposer will read it."),
    "phase.not_earlier": N_("To shorten it, give an end earlier than the present one."),
    "phase.too_early": N_("The new end must lie ahead, and after the phase has begun."),
    "phase.announced": N_(
        "This phase runs already. It cannot end before what was announced: only an extension whose "
        "former end has not passed yet can be taken back."
    ),
    "phase.too_long": N_(
        "This adds %(days)s days. One extension adds %(most)s days at most: check the year."
    ),
    "phase.confirm_days": N_(
        "This adds %(days)s days. If you mean it, type the number of days below; else check the "
        "year."
    ),
    "phase.overlap": N_(
        "The next phase would begin before this one ends. Choose what becomes of it."
    ),
    "phase.gap": N_("For some time no phase would be open. Choose what becomes of the next one."),
    "phase.no_room": N_("Less than a day would be left of the next phase. Let it move instead."),
    "phase.next_begun": N_("The next phase has begun already and cannot move."),
    "phase.calendar_changed": N_(
        "The calendar has changed since this was asked for. Decline it; it can be asked for anew."
    ),
    "phase.unknown": N_("Choose one of the phases that are not over."),
    "rules.choices": N_("At most cannot be less than at least."),
    "rules.scope_unknown": N_("Choose for which proposals one votes."),
    "rules.ranking_of_one": N_("An order needs at least two places."),
    "rules.one_area": N_("This cycle has one district only, so there is no other to choose from."),
    "rules.points_none": N_("Write how many points a voter may give away."),
    "rules.points_each": N_(
        "The least for one proposal cannot be over the most, and the most not over %(most)s."
    ),
    "rules.points_few": N_("So many proposals need at least %(needed)s points."),
    "rules.points_unspendable": N_(
        "A voter can give away %(possible)s points at most by these limits, so not all."
    ),
    "rules.ballot_unknown": N_("This kind of ballot is not known."),
    "rules.unfit": N_("The rule “%(rule)s” makes no sense for ballots of the kind “%(ballot)s”."),
    "catalogue.changed": N_(
        "Somebody else changed this entry while you were working. Nothing of theirs was "
        "overwritten: the page shows what they left, and your words are in the form. "
        "Compare and save again."
    ),
    "catalogue.areas_by_file": N_("New districts come with a file of boundaries."),
    "catalogue.price": N_("Enter a price in whole tenge, above zero."),
    "catalogue.choice": N_("Choose one of the list."),
    "catalogue.name_missing": N_("Write the name in this language too."),
    "catalogue.name_long": N_("At most %(most)s characters fit."),
    "catalogue.last": N_("This is the last one: at least one must stay."),
    "catalogue.has_questions": N_("This cycle has its own list already."),
    "boundary.unreadable": N_("This is not a GeoJSON file with districts (a FeatureCollection)."),
    "boundary.too_large": N_("The file is too large: at most %(most)s MB and 200 districts."),
    "boundary.faults": N_("The file has faults. Mend it and check it again."),
    "boundary.no_polygon": N_("No polygon: a district needs a Polygon or a MultiPolygon."),
    "boundary.not_degrees": N_("The coordinates are not degrees of longitude and latitude."),
    "boundary.crosses": N_("The outline crosses itself or is not closed (%(where)s)."),
    "boundary.names": N_("The name is needed in three languages: name_kk, name_ru, name_en."),
    "boundary.twice": N_("The same district as row %(other)s."),
    "boundary.overlap": N_("Lies over row %(other)s: %(percent)s%% of the smaller one."),
    "rules.frozen": N_("The rules are frozen and cannot be changed."),
}

CATALOGUES = {
    "works": N_("Typical works"),
    "categories": N_("Categories"),
    "grounds": N_("Grounds of rejection"),
    "questions": N_("Review checklist"),
    "areas": N_("Districts"),
}

ABOUT = {
    "works": N_("What residents build their estimates from: unit, price, what it includes."),
    "categories": N_("Kinds of proposals, as residents choose them."),
    "grounds": N_("The published list: a rejection names at least one."),
    "questions": N_("What reviewers answer about each file, cycle by cycle."),
    "areas": N_("Names and boundaries; the schematic map is drawn from them."),
}

PARTS = {"formal": N_("Formal check"), "merit": N_("On the merits")}

FIELDS = {
    "names": N_("Name of the entry"),
    "notes": N_("What the price includes"),
    "sort": N_("Place in the list"),
    "unit": N_("Unit"),
    "unit_price": N_("Price of one unit"),
    "category_id": N_("Category"),
    "picture": N_("Picture"),
    "sector": N_("Sector"),
    "part": N_("Part of the check"),
    "outline": N_("Boundary"),
}

PICTURES = {
    "tree": N_("Tree"),
    "shrub": N_("Shrub"),
    "lawn": N_("Lawn"),
    "watering": N_("Watering"),
    "asphalt": N_("Asphalt"),
    "paving": N_("Paving"),
    "tactile": N_("Tactile paving"),
    "crossing": N_("Crossing"),
    "ramp": N_("Ramp"),
    "ditch": N_("Irrigation ditch"),
    "footbridge": N_("Footbridge"),
    "lamp": N_("Street lamp"),
    "cable": N_("Cable"),
    "cabinet": N_("Electric cabinet"),
    "kerb": N_("Kerb"),
    "wall": N_("Retaining wall"),
    "waste": N_("Waste removal"),
    "topsoil": N_("Fertile soil"),
    "fence": N_("Fence"),
    "gazebo": N_("Gazebo"),
    "bench": N_("Bench"),
    "bin": NP_("street", "Bin"),
    "chess_table": N_("Chess table"),
    "play_structure": N_("Play structure"),
    "rubber": N_("Rubber surface"),
    "workout": N_("Exercise equipment"),
    "swing": N_("Swing"),
    "toilet": N_("Toilet"),
    "containers": N_("Waste containers"),
    "fountain": N_("Drinking fountain"),
}

CHANGES = {
    "catalogue.added": N_("Added"),
    "catalogue.changed": N_("Changed"),
    "catalogue.retired": N_("No longer offered"),
    "catalogue.restored": N_("Offered again"),
}


def catalogue_name(kind: str) -> str:
    """The name of a catalogue."""
    return translated(CATALOGUES[kind].source)


def catalogue_about(kind: str) -> str:
    """What a catalogue is for."""
    return translated(ABOUT[kind].source)


def part_name(part: str) -> str:
    """The part of the review a question belongs to."""
    return translated(PARTS[part].source) if part in PARTS else part


def field_name(name: str) -> str:
    """What an entry of a catalogue has; `unit_price bnu-2026` is the price of that cycle."""
    field, _, cycle = name.partition(" ")
    word = translated(FIELDS[field].source) if field in FIELDS else field
    return f"{word} ({cycle})" if cycle else word


def change_name(action: str) -> str:
    """What was done to an entry."""
    return translated(CHANGES[action].source) if action in CHANGES else action


def picture_name(code: str) -> str:
    """What a drawing of a typical work shows."""
    return quick_say(PICTURES[code]) if code in PICTURES else code
