"""Voices kept and carried: what the router steers by, where every process sees it."""
