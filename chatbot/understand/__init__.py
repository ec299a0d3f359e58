"""What a message says: entities, intents, mood, need of a person."""

from chatbot.understand.engine import Explanation, Understander
from chatbot.understand.intents import Untrained

__all__ = ["Explanation", "Understander", "Untrained"]
