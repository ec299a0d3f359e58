"""Akwaba's mind: decides what to say. Plain Python; knows no database, no HTTP and no clock of its own."""
