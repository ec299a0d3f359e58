"""The ledger: a row per attempt, written with its reservation before the call and settled once, whatever happens."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal

import structlog
from django.db import connection
from django.db.models import F
from django.utils import timezone

from chatbot.voices.ports import Brief, Deployment, Settled, Usage, VoiceFault
from support import db
from support.insight import metrics
from support.models import Basis, Conversation, EngineCall, VoiceSwitch
from support.privacy.fields import blind_index
from support.voices import budgets
from support.voices.presence import HOUSE as REDIS
from support.voices.roster import HOUSE as ROSTER
from support.voices.roster import HouseRoster

log = structlog.get_logger(__name__)
LOST_AFTER = timedelta(seconds=120)  # a turn has 60 s in all: whoever has not settled by then never will


class HouseLedger:
    """Implements ``ports.Ledger``. Its writes are transactions of their own: a turn that fails was paid too."""

    def __init__(self, roster: HouseRoster = ROSTER) -> None:
        self._roster = roster

    def reserve(self, deployment: Deployment, brief: Brief, reservation: Usage) -> str:
        """The new row's id. Raises VoiceFault("no_budget") where the brand's or the customer's day is spent."""
        _stand_alone()
        row = _row(deployment, brief, reservation)
        own = budgets.purses(row.brand, row.customer, row.at, self._roster.switch(row.brand))
        overdrawn: str | None = REDIS.ask(lambda: budgets.claim(own, row.reserved_usd), lambda: None)
        if overdrawn is None:
            overdrawn = _write_by_sum(row, own)
        elif not overdrawn:
            try:
                with db.write():
                    row.save(force_insert=True)
            except BaseException:
                REDIS.ask(lambda: budgets.adjust(own, -row.reserved_usd), lambda: None)
                raise
        if overdrawn:
            log.info("voice_no_budget", whose=overdrawn, brand=row.brand, deployment=row.deployment)
            metrics.voice_call(row.tier, "no_budget", Decimal(0))
            raise VoiceFault("no_budget", overdrawn)
        return str(row.pk)

    def settle(self, call: str, settled: Settled) -> None:
        """Write how a call ended. A second time, or without its row, it is refused with an error in the log."""
        _stand_alone()
        with db.write():
            open_row = EngineCall.objects.select_for_update().filter(pk=int(call), settled_at__isnull=True).first()
            if open_row is not None:
                reserved = open_row.cost_usd
                _fill(open_row, settled)
                open_row.save(update_fields=SETTLED)
        if open_row is None:
            log.error("voice_settled_twice", call=call, outcome=settled.outcome, cost_usd=str(settled.cost))
            return
        metrics.voice_call(open_row.tier, open_row.outcome, open_row.cost_usd)
        own = budgets.purses(open_row.brand, open_row.customer, open_row.at)
        REDIS.ask(lambda: budgets.adjust(own, settled.cost - reserved), lambda: None)


SETTLED = (
    *("outcome", "finish", "basis", "tokens_in", "tokens_out", "tokens_cached", "cost_usd"),
    *("milliseconds", "first_words_milliseconds", "settled_at"),
)


def pseudonym(customer: str, key: str = "") -> str:
    """The keyed digest under which a customer's calls are counted."""
    return blind_index("voice-customer", customer, key) if customer else ""


def forget(name: str) -> int:
    """Take the digest of the customer of that name off the rows, whose money stays counted; how many."""
    with db.write():
        return EngineCall.objects.filter(customer=pseudonym(name)).exclude(customer="").update(customer="")


def settle_lost() -> int:
    """Settle what a killed worker left: the whole reservation counts as spent. How many."""
    lost = EngineCall.objects.filter(settled_at__isnull=True, at__lt=timezone.now() - LOST_AFTER)
    if not lost.exists():
        return 0
    with db.write():
        count = lost.update(
            settled_at=timezone.now(),
            outcome="cancelled",
            basis=Basis.RESERVED,
            tokens_in=F("reserved_in"),
            tokens_out=F("reserved_out"),
        )
    log.warning("voice_calls_lost", calls=count)
    return count


def _row(deployment: Deployment, brief: Brief, reservation: Usage) -> EngineCall:
    cost = deployment.price.cost(reservation)
    return EngineCall(
        conversation_id=_conversation(brief.conversation),
        brand=brief.brand,
        customer=pseudonym(brief.customer),
        tier=deployment.tier,
        deployment=deployment.name,
        provider=deployment.provider,
        region=deployment.region,
        model=deployment.model,
        basis=Basis.RESERVED,  # what it stays if nobody comes back
        reserved_in=reservation.input,
        reserved_out=reservation.output,
        reserved_usd=cost,
        cost_usd=cost,
        price_version=deployment.price.version,
        experiment=brief.arm.get("experiment", ""),
        arm=brief.arm.get("arm", ""),
        at=timezone.now(),
    )


def _conversation(name: str) -> uuid.UUID | None:
    """The host's conversation behind an opaque name, None where there is none: rehearsals, a brand's own calls."""
    try:
        identity = uuid.UUID(name)
    except ValueError:
        return None
    return identity if Conversation.objects.filter(id=identity).exists() else None


def _write_by_sum(row: EngineCall, own: list[budgets.Purse]) -> str:
    with db.write():
        VoiceSwitch.objects.get_or_create(brand=row.brand)
        VoiceSwitch.objects.select_for_update().get(brand=row.brand)
        if not (overdrawn := budgets.claim_by_sum(own, row.reserved_usd)):
            row.save(force_insert=True)
    return overdrawn


def _fill(row: EngineCall, settled: Settled) -> None:
    row.outcome, row.finish, row.basis = settled.outcome, settled.finish[:40], settled.basis
    row.tokens_in, row.tokens_out, row.tokens_cached = (
        settled.usage.input,
        settled.usage.output,
        settled.usage.cached_input,
    )
    row.cost_usd, row.milliseconds = settled.cost, settled.milliseconds
    row.first_words_milliseconds, row.settled_at = settled.first_words_milliseconds, timezone.now()


def _stand_alone() -> None:
    """Raises RuntimeError inside somebody's transaction: rolled back with it, the row of a real call would be gone."""
    blocks = [block for block in connection.atomic_blocks if not getattr(block, "_from_testcase", False)]
    if blocks:
        raise RuntimeError("the ledger writes outside of any transaction")
