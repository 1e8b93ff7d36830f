"""The recipe of the shipped model: synthetic documents, stages, evaluation. Builds on vlm only."""
