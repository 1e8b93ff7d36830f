"""Draws synthetic documents of which every character's place is known. Knows nothing of models."""
