"""Sentences about spreadsheets that people hand in."""

from __future__ import annotations

from pb_portal.web.phrases.mark import N_

SENTENCES = {
    "sheet.unreadable": N_(
        "This file cannot be opened as a spreadsheet. Save it as XLSX and try again."
    ),
    "sheet.formulas": N_(
        "The spreadsheet holds formulas. Copy it, paste “values only” and save it again."
    ),
    "sheet.too_large": N_("The spreadsheet is too large. At most %(most)s rows at once."),
    "sheet.no_column": N_("The column “%(column)s” is missing. Use the template to download."),
    "sheet.twice": N_("The column “%(column)s” stands twice in the spreadsheet."),
}
