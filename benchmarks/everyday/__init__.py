"""Documents and questions of everyday life, written by somebody who did not know the rules."""
