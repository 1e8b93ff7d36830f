"""The recipe of the network that reads single lines of print."""
