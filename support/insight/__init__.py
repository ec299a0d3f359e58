"""Seeing the house from outside: logs, health, metrics."""
