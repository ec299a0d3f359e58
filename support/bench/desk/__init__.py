"""A desk to measure: conversations in numbers, agents signed in, the console looked at from outside."""
