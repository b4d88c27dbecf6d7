"""What the sample city's administrator has changed in the catalogues: their history to look at."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.cycles import catalogues
from pb_portal.cycles.models import Cycle
from pb_portal.demo.cycles import City
from pb_portal.domain.signature import Signature


def load_catalogues(
    session: Session, city: City, coming: Cycle, administrator: Person, at: Signature
) -> None:
    """What a price includes, a price of the coming cycle alone, a work no longer offered."""
    works = city.works["landscaping"]
    by = Signature(administrator.actor(), at.at - timedelta(days=40))
    tree, *_, last = works
    values = {
        "names": tree.names,
        "sort": tree.sort,
        "category_id": tree.category_id,
        "unit": tree.unit,
        "unit_price": tree.unit_price,
        "picture": tree.picture,
        "notes": {
            "kk": "Көшет, отырғызу және бір жыл күту",
            "ru": "Саженец, посадка и уход в течение года",
            "en": "The sapling, planting and a year of care",
        },
    }
    catalogues.change_entry(session, by, "works", tree, values, version=tree.version)
    later = Signature(administrator.actor(), at.at - timedelta(days=12))
    price = round(tree.unit_price * 1.08, -2)
    catalogues.set_prices(session, later, tree, {coming.id: int(price)})
    catalogues.offer(session, later, "works", last, offered=False, version=last.version)
