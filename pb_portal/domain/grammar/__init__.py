"""Numbers inside sentences of Kazakh, Russian and English: endings, cases, plurals."""

from pb_portal.domain.grammar.rounding import Rounded, rounded

__all__ = ["Rounded", "rounded"]
