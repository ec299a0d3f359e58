"""What is wrong with data handed to training, told by its place and never by its content."""

from __future__ import annotations


class DataFault(ValueError):
    """Data that cannot be used. The message is one line: file, line, field, why; it quotes nothing anyone wrote."""

    @classmethod
    def at(cls, file: str, line: int, field: str, why: str) -> DataFault:
        """A fault of one field of one line (counted from 1)."""
        return cls(f"{file}:{line}: field '{field}': {why}")


class Leak(DataFault):
    """Something of one split, or of a person, stands where it must not."""
