"""Texting French, Nouchi and phonetic spelling into standard French, with a map back to the customer's text."""

from chatbot.normalise.normaliser import Normaliser

__all__ = ["Normaliser"]
