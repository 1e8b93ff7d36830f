"""Files that ship with the program: sample document, icons, the small model."""
