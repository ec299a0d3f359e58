"""Trains, measures and keeps the models that word plans. Imported by commands, never by web processes."""
