"""Invented receipts, drawn as customers send them: see scripts/make_receipts.py."""
