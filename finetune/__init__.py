"""Tuning a model on corrected answers. Builds on vlm, knows no Qt."""
