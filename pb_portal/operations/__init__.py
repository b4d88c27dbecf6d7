"""The state of the installation: what works, what does not, and what that means for people."""
