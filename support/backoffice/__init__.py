"""The back office's room: its API, its files, what it is told, and how its news reach the customer."""
