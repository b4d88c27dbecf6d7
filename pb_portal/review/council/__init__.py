"""The expert council: its members, its sittings, its protocols."""
