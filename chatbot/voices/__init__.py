"""Voices word a plan; each implements types.Voice."""
