"""Documents, questions and the engine that answers them. Knows neither Qt nor training."""
