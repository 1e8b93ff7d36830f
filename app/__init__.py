"""The window: what a person sees and does. Alone in knowing Qt; never reaches torch."""
