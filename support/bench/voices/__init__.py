"""The rows of `make bench ONLY=voices`: each module has one function, rows(setup)."""
