"""What people take away: typeset PDF and spreadsheets, both ways."""
