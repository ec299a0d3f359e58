"""Media are read with the real Tesseract where it is installed; `make test` installs it."""

from __future__ import annotations

import pytest

from support.media import tesseract


@pytest.fixture
def reader() -> None:
    """A test of what Tesseract reads. Fails, rather than passing for nothing, where it is missing."""
    assert tesseract.available(), "tesseract with eng and fra is not installed: scripts/system_packages.sh"
