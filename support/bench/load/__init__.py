"""Customers in numbers: lean clients, so that what is measured is the server and not they."""
