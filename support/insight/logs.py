"""One log format for every process (Django, Daphne, Celery, ours): JSON or console, and never personal data."""

from __future__ import annotations

import logging
import sys
from typing import TextIO

import structlog
from celery.signals import setup_logging
from structlog.types import Processor

from support.insight.masking import mask_event

QUIET = {  # loggers that say on INFO what nobody asked
    "daphne": logging.WARNING,
    "django.channels.server": logging.WARNING,
    "httpx": logging.WARNING,
    "twilio": logging.WARNING,  # its INFO prints whole requests, bodies included
    "celery.beat": logging.WARNING,  # one line every five seconds
    "celery.app.trace": logging.WARNING,
    "celery.worker.strategy": logging.WARNING,
    "urllib3": logging.WARNING,
}


def configure(level: str = "INFO", form: str = "json", stream: TextIO | None = None) -> None:
    """Send every log of this process to ``stream`` (standard error by default).

    ``form`` is ``json`` (one object a line) or ``console``. Raises ValueError on another form or an unknown level.
    """
    if form not in ("json", "console"):
        raise ValueError(f"LOG_FORMAT must be json or console, not {form!r}")
    shared = _shared_processors()
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_rendering(form, handler.stream))
    )
    root = logging.getLogger()
    root.handlers = [handler]  # Daphne calls basicConfig before it imports us
    root.setLevel(level.upper())
    for name, floor in QUIET.items():
        logging.getLogger(name).setLevel(max(floor, root.level))
    logging.captureWarnings(True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    setup_logging.connect(_keep_ours)


def _shared_processors() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]


def _rendering(form: str, stream: TextIO) -> list[Processor]:
    """The last steps. Masking comes late: a traceback is text by then, and is masked like the rest."""
    return [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        structlog.processors.UnicodeDecoder(),
        mask_event,
        _writer(form, stream),
    ]


def _writer(form: str, stream: TextIO) -> Processor:
    if form == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    return structlog.dev.ConsoleRenderer(colors=stream.isatty(), pad_event_to=24)


def _keep_ours(**_: object) -> None:
    """A listener on this signal is how Celery is told to leave logging alone."""
