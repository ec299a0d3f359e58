"""Experiments with voices: who hears which, how their conversations went, and what follows from it."""
