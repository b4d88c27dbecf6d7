"""Seals: every row that decides something can be shown to be the one the portal wrote.

- `registry` names the tables and columns that are *not* sealed, each with its reason. Every other
  table is sealed, without being named anywhere.
- `watching` follows the session: what a flush adds, changes or deletes gets a record in the same
  transaction. A record holds a MAC over the row under a key outside the database.
- `service` has the three functions for statements that change many rows at once (`add_rows`,
  `change_rows`, `delete_rows`). A plain `session.execute(update(...))` on a sealed table, written
  in the portal's own code, raises `UnsealedWriteError`.
- `batches` closes what waits into batches by the clock; their heads are chained, signed and
  published beside those of the votes (`/ledger/acts.json`).
- `checking` opens everything again for the audit.
- `opening` seals what is there already, after a migration.

Nothing on a voter's way makes a record: neither their number nor their time may tell the turnout.
"""
