"""A seal covers the mark that is stored, whatever the language of whoever writes or audits."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from pb_portal.db import Base, ShownText
from pb_portal.domain.placeholders import DELETED_MARK
from pb_portal.seals.records import read_rows
from tests.factories import make_person


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_row_is_sealed_as_it_is_stored(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    person = make_person(session, name=DELETED_MARK)
    monkeypatch.setattr(ShownText, "language", staticmethod(lambda: language))
    table = Base.metadata.tables["accounts_person"]
    (row,) = read_rows(session.connection(), table, [(person.id,)]).values()
    assert row["name"] == DELETED_MARK
