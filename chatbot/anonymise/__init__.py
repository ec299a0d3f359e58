"""Takes personal data out of a text, and puts back what may be put back."""

from chatbot.anonymise.masking import anonymise, personal_spans
from chatbot.anonymise.secrets import mask_secrets
from chatbot.anonymise.vault import Vault

__all__ = ["Vault", "anonymise", "mask_secrets", "personal_spans"]
