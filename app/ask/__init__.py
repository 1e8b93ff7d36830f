"""Asking: the question line, the answers as cards, and what the model saw."""
