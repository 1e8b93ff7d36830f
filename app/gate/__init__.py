"""The gate: whether what was learned is better, and on which questions."""
