"""Reads receipts: words of a picture → facts, each with how sure it is."""
