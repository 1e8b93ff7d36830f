"""Speed and robustness measurements, printed as tables."""
