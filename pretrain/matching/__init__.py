"""The recipe of the network that finds the label a question means."""
