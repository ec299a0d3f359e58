"""What a message says: entities, intents, mood, need of a person."""

from chatbot.understand.engine import Explanation, Understander

__all__ = ["Explanation", "Understander"]
