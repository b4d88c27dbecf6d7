"""Background work: what its workers leave behind so that others can tell whether they run."""
