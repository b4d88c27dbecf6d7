"""Every column that points to an account is answered for by some room's provider."""

from __future__ import annotations

from flask import Flask

from pb_portal.accounts.personal_words import WORDS
from pb_portal.accounts.privacy.holdings import PROVIDERS
from pb_portal.db import Base


def pointing() -> set[str]:
    """table.column of every foreign key to an account."""
    return {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name == "accounts_person"
    }


def test_every_column_that_names_an_account_is_covered_by_a_provider(app: Flask) -> None:
    covered = {name for provider in PROVIDERS.values() for name in provider.columns()}
    assert pointing() - covered == set(), "say in the room's `personal` module what these keep"


def test_every_column_a_provider_names_exists(app: Flask) -> None:
    for provider in PROVIDERS.values():
        for name in provider.columns():
            table, _, column = name.partition(".")
            assert column in Base.metadata.tables[table].c, name


def test_every_value_shown_to_a_person_has_a_word(app: Flask) -> None:
    for provider in PROVIDERS.values():
        for holding in provider.holdings:
            assert set(holding.shown) <= set(WORDS), holding.code
