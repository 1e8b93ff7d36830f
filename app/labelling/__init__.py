"""Labelling many documents: draw a box, pick a question, type the answer, Enter, next."""
