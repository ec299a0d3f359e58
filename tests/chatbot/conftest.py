"""What tests of the assistant share: the brand's mind, built once."""

from __future__ import annotations

import pytest

from chatbot.turn import Mind
from tests.environment import VAR_DIR


@pytest.fixture(scope="session")
def mind() -> Mind:
    """The shipped brand's pipeline with the template voice, not timed."""
    from dataclasses import replace

    return replace(Mind.load("easytransfert", VAR_DIR / "models"), ticks=lambda: 0.0)
