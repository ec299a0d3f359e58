"""Measures the house beside a bare twin of the same shape, on the same machine, in the same minutes."""
