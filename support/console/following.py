"""What an open page has been shown, and therefore what is news to it."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django.contrib.auth.models import User

from support.console import case, notes, reveal, roles, transcript
from support.console.board import Board
from support.console.masking import mask_phones

Frame = dict[str, Any]
_UNFINISHED = re.compile(r"[+(]?\d[\d\s.()/-]*$")  # may become a number with the next word: too late to mask it then


class QueueView:
    """A page that shows the queue. The first news is all of it, later ones are rows that changed or went."""

    def __init__(self, board: Board, user: User) -> None:
        self._board, self.user = board, user
        self._seen: int | None = None

    def news(self) -> list[str]:
        """Frames to send as JSON, perhaps none. Asks no database: the board has."""
        self._seen, frame = self._board.news(self._seen, self.user.pk)
        return [frame] if frame else []


class CaseView:
    """A page that shows one case: its card, and the transcript from ``_first`` on."""

    def __init__(self, conversation: uuid.UUID, user: User) -> None:
        self.conversation = conversation
        self.user = user  # as they are now: read anew every so often
        self._first: int | None = None  # pages further back move it, while news are looked for in another thread
        self._opened = False
        self._marks: transcript.Marks = {}
        self._card: Frame | None = None
        self._whole = False
        self.token = ""
        self.mine = False
        self._speaking: tuple[str, str] = ("", "")
        self._noted: set[uuid.UUID] = set()

    def spoken(self, reply: str, words: str) -> Frame:
        """A reply as far as it is spoken, numbers masked like everywhere."""
        before = self._speaking[1] if self._speaking[0] == reply else ""
        self._speaking = (reply, before + words)
        text = self._speaking[1]
        return {
            "type": "speaking",
            "reply": reply,
            "text": text if self._whole else mask_phones(_UNFINISHED.sub("", text)),
        }

    def reach_back(self) -> None:
        """Show an older page as well."""
        if self._first is not None and self._first > 1:
            self._first = transcript.first_seq(self.conversation, before=self._first) or self._first

    def news(self) -> list[Frame] | None:
        """Frames to send, perhaps none; None when the case does not exist.

        Raises django.db.DatabaseError, and then has lost no news.
        """
        whole = reveal.is_granted(self.token, self.user, self.conversation)
        card = case.card(self.conversation, self.user, whole_numbers=whole)
        if card is None:
            return None
        if self._first is None:
            self._first = transcript.first_seq(self.conversation)
        first = self._first
        marks = transcript.marks(self.conversation, first)
        known = self._marks if whole == self._whole else {}
        changed = [name for name, mark in marks.items() if known.get(name) != mark]
        items = []
        if changed:
            items = transcript.messages(changed, whole_numbers=whole, opens=roles.may_reveal(self.user))
        written = notes.ids(self.conversation)
        unseen = [each for each in written if each not in self._noted or whole != self._whole]
        fresh_notes = notes.shown(unseen, whole_numbers=whole) if unseen else []
        opening, fresh_card = not self._opened, card != self._card
        self._opened, self._marks, self._whole, self._card, self.mine = True, marks, whole, card, card["mine"]
        self._noted = set(written)
        frames: list[Frame] = [{"type": "case", "case": card}] if fresh_card else []
        if items or opening:
            frames.append({"type": "messages", "messages": items, "older": first > 1})
        if fresh_notes:
            frames.append({"type": "notes", "notes": fresh_notes})
        return frames
