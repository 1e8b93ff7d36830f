"""The tuned versions of the model: which one reads, and what can be done with them."""
