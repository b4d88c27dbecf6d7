"""Reading: projects as they stood on a day, and what was published."""
