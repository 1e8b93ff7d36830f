"""The models window: what is on this computer, getting more, every connection that was made."""
