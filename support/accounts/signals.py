"""What is told to accounts by Django and by axes."""

from __future__ import annotations

from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out

from support.accounts import lockout, second_factor, sessions


def connect() -> None:
    """Once, when the app is ready."""
    user_logged_in.connect(sessions.begin, dispatch_uid="staff session")
    user_logged_in.connect(_entered, dispatch_uid="failures forgotten")
    user_logged_out.connect(sessions.finish, dispatch_uid="staff session")
    user_locked_out.connect(lockout.noted, dispatch_uid="locked out")


def _entered(sender: Any, user: User, **_: Any) -> None:
    """Where the password is all that is asked, it is a success; else the second factor will say."""
    if not second_factor.is_required(user):
        lockout.clear(user)
