"""Hands the catalogues' names to the pages and letters that show codes."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from pb_portal.cycles import queries
from pb_portal.cycles.models import ReviewQuestion
from pb_portal.db import session
from pb_portal.web import names


def _grounds() -> dict[str, Mapping[str, str]]:
    return {ground.code: ground.names for ground in queries.grounds(session(), retired=True)}


def _questions() -> dict[str, Mapping[str, str]]:
    rows = session().execute(
        select(ReviewQuestion.code, ReviewQuestion.names).order_by(ReviewQuestion.id)
    )
    return {row.code: row.names for row in rows if row.names}


names.provide("ground", _grounds)
names.provide("check", _questions)
