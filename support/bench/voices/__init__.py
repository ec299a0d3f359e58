"""Figures of the voices: what choosing among them costs, and whether it keeps its promises."""
