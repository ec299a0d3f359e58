"""Ways in and out: one folder per channel."""
