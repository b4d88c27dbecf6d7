"""Voting on paper: polling points, the desk, batches of ballots, keying, and the way to the box."""
