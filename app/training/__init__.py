"""The training window: what would be learned, runs as they go, and what came of them."""
