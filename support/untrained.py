"""A page that needs the assistant's understanding where no classifier is trained yet: 503, soon to be asked again."""

from __future__ import annotations

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

from chatbot.understand import Untrained
from support.problems import document

log = structlog.get_logger(__name__)


class UntrainedMiddleware(MiddlewareMixin):
    """Makes an answer of Untrained, whichever page it comes from."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A problem document, or None for any other error."""
        if not isinstance(exception, Untrained):
            return None
        log.error("not_trained", reason=str(exception), run="manage.py train intents")
        return document(503, "L'assistant n'est pas encore prêt. Réessayez dans une minute.", retry_after=60)
