"""Which customers hear which voice, and what may be concluded from it, whenever one looks."""
