"""What a person said is right, kept to learn from: made in the conversation, seen in a window."""
