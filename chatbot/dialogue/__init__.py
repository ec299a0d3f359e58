"""Decides what a turn is about: slots, claims, people, questions."""
