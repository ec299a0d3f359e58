"""What an open page tells of its reader: that they are there, which case they look at, that they write."""

from __future__ import annotations

import time
import uuid
from typing import Any

from django.contrib.auth.models import User

from support import staff, team
from support.console import appetite, roles, viewers

SEEN_EVERY = 20.0  # seconds between two writes in the database
LOOK_EVERY = 15.0


class Attendance:
    """One socket's. ``beat`` at every look, in a database thread; it writes seldom."""

    def __init__(self, user: User, case: uuid.UUID | None) -> None:
        self.case = case
        self._user = user
        self._works = roles.may_act(user)
        if case is not None:
            appetite.wait(user, appetite.CASES, case)
        self._page = uuid.uuid4().hex
        self._seen_at = self._looked_at = float("-inf")
        self._shown: object = None
        self._writes = False

    def beat(self) -> list[dict[str, Any]]:
        """Say that the page is open, where that is due; returns the frames that tell of the others at the case."""
        now = time.monotonic()
        if self._works and now - self._seen_at >= SEEN_EVERY:
            self._seen_at = now
            team.see(self._user)
        if self.case is None:
            return []
        if now - self._looked_at >= LOOK_EVERY:
            first, self._looked_at = self._looked_at == float("-inf"), now
            self._look(ring=first)
        return self.others()

    def others(self) -> list[dict[str, Any]]:
        """One frame with the colleagues at the case, when they are not as they were shown."""
        if self.case is None:
            return []
        people = viewers.of([self.case]).get(self.case, ())
        shown = [{"name": one.name, "writes": one.writes} for one in people if one.user != self._user.pk]
        if shown == (self._shown or []):
            return []
        self._shown = shown
        return [{"type": "viewers", "viewers": shown}]

    def writes(self, on: bool) -> None:
        """The reader writes, or has stopped: the others at the case are told when that is new."""
        news, self._writes = on != self._writes, on
        if self.case is not None:
            self._look(ring=news)

    def leave(self) -> None:
        """The page is closed."""
        if self.case is not None:
            viewers.leave(self.case, self._page)
            viewers.ring(self.case)

    def _look(self, *, ring: bool) -> None:
        if self.case is not None:
            viewers.look(self.case, self._page, self._user.pk, staff.name(self._user), writes=self._writes)
            if ring:
                viewers.ring(self.case)
