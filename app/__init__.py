"""The window: what a person sees and does. The only package that knows Qt; it never reaches torch."""
