"""The rulebook: plain Python, no Flask, no database."""
