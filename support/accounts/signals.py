"""What is told to accounts by Django and by axes."""

from __future__ import annotations

from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out

from support.accounts import lockout, sessions


def connect() -> None:
    """Once, when the app is ready."""
    user_logged_in.connect(sessions.begin, dispatch_uid="staff session")
    user_logged_out.connect(sessions.finish, dispatch_uid="staff session")
    user_locked_out.connect(lockout.noted, dispatch_uid="locked out")
