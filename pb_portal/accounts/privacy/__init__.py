"""Personal data of accounts: consents, who opened them, what is kept, correcting and deleting."""
