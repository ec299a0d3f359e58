"""Simulated customers: who they are, how they write, how they answer, and whether they were served well."""
