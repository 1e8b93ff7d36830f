"""A server that answers instead of a model on this computer: only after a yes, never in silence."""
