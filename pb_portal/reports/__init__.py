"""Reports for a date: what is completed by a day, counted, frozen and published."""
