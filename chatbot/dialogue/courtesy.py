"""Greetings, thanks, goodbyes, and what to say when nothing was understood."""

from __future__ import annotations

from dataclasses import replace

from chatbot.dialogue import claims, clarify
from chatbot.dialogue.scratch import Scratch
from chatbot.types import Kind

UNREADABLE: tuple[Kind, ...] = ("image", "audio", "video", "document", "location", "contact", "sticker")
ECHO = 300  # characters of a voice note that are repeated


def greet(s: Scratch) -> None:
    """One greeting per session, before anything else; an angry customer gets none."""
    if s.new_session or s.state.greeted_at is None:
        s.state = replace(s.state, greeted_at=s.desk.now)
        if s.heard.meaning.mood != "angry":
            s.say(_greeting(s))


def _greeting(s: Scratch) -> str:
    if s.hears("evening"):
        return "greeting.evening"
    return "greeting.back" if s.before.seen_at else "greeting.first"


def receive_media(s: Scratch) -> None:
    """A voice note is repeated before anything is made of it; what cannot be read gets an honest word."""
    heard = " ".join(m.text.strip() for m in s.heard.messages if m.kind == "audio" and m.text.strip())
    if heard:
        s.say("heard", words=heard if len(heard) <= ECHO else heard[: ECHO - 1].rstrip() + "…")
    if _document_awaited(s):
        return
    for kind in UNREADABLE:
        if any(m.kind == kind and not m.seen and not m.text.strip() for m in s.heard.messages):
            s.say(f"media.{kind}")


def _document_awaited(s: Scratch) -> bool:
    case = s.state.case
    if case is None:
        return False
    flow = s.flow(case)
    return any(claims.awaits_document(flow, case, slot) for slot in flow.slots)


def warn_about_secrets(s: Scratch) -> None:
    """A code arrived: it was masked before it came here; say in one sentence never to send it."""
    if any(entity.type == "secret" for entity in s.heard.meaning.entities) or "****" in s.heard.text:
        s.say("warn.secret")


def be_courteous(s: Scratch) -> None:
    """Thanks, acknowledgements and goodbyes, when nothing weightier is being said."""
    if s.answered or s.learned:
        return
    if _collecting(s) and (s.hears("back") or (s.away and s.wants("ack", "greeting"))):
        s.say("resume.back")
        return
    if s.wants("resolution_confirmed"):
        s.say("resolution.thanks")
    elif s.wants("thanks"):
        s.say("thanks")
    elif s.wants("goodbye"):
        s.say("goodbye")
    elif s.wants("ack", "confirm") or s.hears("yes", "no"):
        s.say("ack.collecting" if _collecting(s) else "ack")
    elif s.wants("greeting") or s.hears("small_talk"):
        s.say("offer_help" if s.said("greeting") else "small_talk")
    else:
        return
    s.no_asking = True


def _collecting(s: Scratch) -> bool:
    return s.state.case is not None and s.state.case.phase == "open"


def be_clear(s: Scratch) -> None:
    """Nothing was understood, or nothing that can be worked on: clarify.py offers readings, then a person."""
    if s.answered or s.learned or s.asks:
        s.state = replace(s.state, unclear=0)
        return
    if s.said("warn.secret") and not s.wants("complaint", "already_provided", "vague_problem"):
        return  # the warning answers it; what is missing is asked on
    if not any(character.isalnum() for character in s.heard.text):
        s.say("empty")
    elif s.wants("complaint", "already_provided", "vague_problem"):
        _listen(s)
    elif _collecting(s):
        s.say("unclear.case")
    else:
        clarify.clarify(s)


def _listen(s: Scratch) -> None:
    """A grievance or a vague trouble: heard, and what is already known is shown rather than asked."""
    case = s.state.case
    if case is not None and case.slots and s.wants("already_provided"):
        s.say("listen.already", recap=claims.recap(s.flow(case), case.slots))
    elif _collecting(s):
        s.say("listen.sorry")
    elif not clarify.called_after_trying(s):
        s.say("listen.problem" if s.wants("vague_problem") else "listen.complaint")
