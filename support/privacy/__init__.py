"""Encryption at rest and blind indexes."""
