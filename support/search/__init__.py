"""Search over everything staff may see: an index of keyed digests, filled behind the conversations."""
