"""Why something may be taken down, and how long an objection is."""

from __future__ import annotations

CATEGORIES = ("personal_data", "insult", "unlawful", "copyright", "advertising", "other", "held")
"""`held` is the list of words alone: a moderator reads the text before the public does."""
CHOSEN = CATEGORIES[:-1]
"""What staff choose from."""
LONGEST_REASON = 300
LONGEST_NOTE = 1000
LONGEST_ANSWER = 2000
