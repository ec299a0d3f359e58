"""``predict``: what the assistant understands and would answer. Nothing is stored and nothing is done."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema
from pydantic import ConfigDict

from support import clock
from support.backoffice.gate import Scope
from support.models import ApiToken

router = Router(auth=Scope("predict"), tags=["predict"])
LONGEST = 4000
CASE_NUMBER = "AK-000-0000"  # stands for the number that a real claim would get
_one_at_a_time = ThreadPoolExecutor(1, thread_name_prefix="predict")  # thinking must not crowd out customers


class TurnIn(Schema):
    """Something said before."""

    model_config = ConfigDict(extra="forbid")

    role: Literal["user", "bot", "agent"]
    text: Annotated[str, Field(max_length=LONGEST)]


class PredictIn(Schema):
    """A customer's message, and what was said before it, oldest first."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1, max_length=LONGEST, pattern=r"\S")]
    context: Annotated[list[TurnIn], Field(max_length=50)] = []


class EntityOut(Schema):
    """A fact found in the text; ``span`` counts characters of the text as it was sent."""

    type: str
    value: str | int
    span: tuple[int, int]


class PredictOut(Schema):
    """Understanding, and the reply to somebody who had said nothing before. ``actions``: what a real turn would do."""

    normalised: str
    intent: str
    confidence: float
    sentiment: str
    needs_human: bool
    entities: list[EntityOut]
    reply: str
    choices: list[str]
    actions: list[Literal["claim_filed", "claim_changed", "handoff"]]


@router.post("/predict", response=PredictOut)
async def predict(request: HttpRequest, data: PredictIn) -> dict[str, Any]:
    """Understand a text and word a reply. No row is written; a case number in the reply is a stand-in."""
    token: ApiToken = request.auth  # type: ignore[attr-defined]
    said = [turn.text for turn in data.context if turn.role == "bot"]
    return await asyncio.get_running_loop().run_in_executor(_one_at_a_time, _predict, token.brand, data.text, said)


def _predict(brand: str, text: str, said: list[str]) -> dict[str, Any]:
    from chatbot import types
    from chatbot.anonymise.secrets import mask_secrets
    from chatbot.turn import take_turn
    from support import minds

    mind = minds.with_template(brand)
    meaning = mind.ear.understand(mind.ear.normalise(text), text, said)
    masked = mask_secrets(text, said)
    desk = types.Desk(now=clock.now(), channel="web", new_case_number=lambda: CASE_NUMBER)
    happened = list(take_turn(mind, {}, [types.Incoming("predict", masked, desk.now)], desk))
    replies = [event for event in happened if isinstance(event, types.Reply)]
    done = {types.ClaimFiled: "claim_filed", types.ClaimChanged: "claim_changed", types.HandoffAsked: "handoff"}
    return {
        "normalised": mind.ear.normalise(masked).text,
        "intent": meaning.intent.name,
        "confidence": meaning.intent.confidence,
        "sentiment": meaning.mood,
        "needs_human": meaning.needs_human,
        "entities": [{"type": each.type, "value": each.value, "span": each.span} for each in meaning.entities],
        "reply": "\n".join(reply.text for reply in replies),
        "choices": [choice.label for reply in replies for choice in reply.choices],
        "actions": [done[type(event)] for event in happened if type(event) in done],
    }
