"""The ledger of a vote: sealing leaves into signed batches, proofs, and opening all of it."""
