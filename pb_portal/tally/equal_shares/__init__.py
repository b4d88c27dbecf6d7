"""The Method of Equal Shares: two engines, completions, explanations."""
