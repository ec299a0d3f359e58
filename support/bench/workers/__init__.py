"""Workers that only a benchmark starts."""
