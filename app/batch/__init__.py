"""The same questions to many documents: a table that fills while one goes on asking."""
