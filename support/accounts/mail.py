"""Links by e-mail, through Django's backend, where a server for it is set."""

from __future__ import annotations

import smtplib

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string

from support.models import Invitation

log = structlog.get_logger(__name__)


def send_link(row: Invitation, link: str) -> bool:
    """Whether the link went out; if not, it has to be shown."""
    if not (settings.SENDS_MAIL and row.email):
        return False
    text = render_to_string("accounts/invitation.txt", {"invitation": row, "link": link})
    subject, _, body = text.partition("\n")
    try:
        send_mail(subject, body.strip() + "\n", settings.DEFAULT_FROM_EMAIL, [row.email])
    except (OSError, smtplib.SMTPException) as error:
        log.warning("invitation_not_sent", error=type(error).__name__)
        return False
    return True
