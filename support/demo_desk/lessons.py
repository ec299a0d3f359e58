"""What agents of the invented month propose to teach the assistant: a supervisor finds them to decide."""

from __future__ import annotations

from support.demo_desk import draws
from support.demo_desk.rows import Stage
from support.models import Author, Lesson


def propose(stage: Stage) -> None:
    """One proposal for each of ``[[lessons]]`` that a stored message of a customer bears out; the newest message."""
    for lesson in draws.facts()["lessons"]:
        said = (one for one in reversed(stage.rows.messages) if one.author == Author.CUSTOMER)
        message = next((one for one in said if one.text == lesson["message"]), None)
        if message is not None:
            Lesson.objects.create(
                brand=stage.brand,
                kind=lesson["kind"],
                message=message,
                example=message.text,
                form=lesson.get("form", ""),
                standard=lesson.get("standard", ""),
                intent=lesson.get("intent", ""),
                comment=lesson.get("comment", ""),
                proposed_by=stage.agents[lesson["by"]],
                proposed_at=message.at,
            )
