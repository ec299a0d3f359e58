"""The bare twin: the least code that does a comparable thing on the same libraries. A ruler, not a model to follow."""
