"""What is found again by a keyed digest, brought under today's INDEX_KEY table by table.

No list of what is done is kept: each row is derived anew from what it stands for, and one that comes out as it is was
done. Ending in the middle loses nothing. Each function yields how many rows of a batch are, or with ``write`` were, to
be renewed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from django.db.models import Model, QuerySet

from support import case_identifiers, db
from support.experiments import assign
from support.models import (
    CaseIdentifier,
    Claim,
    Conversation,
    Customer,
    EngineCall,
    Experiment,
    Identity,
    MergedIdentity,
)
from support.privacy.fields import blind_index
from support.voices import ledger

BATCH = 500  # rows read and written at once
M = TypeVar("M", bound=Model)


def addresses(write: bool = True) -> Iterator[int]:
    """Customers' addresses. One that a stranger's row has meanwhile is left to that row: see ``doubled``."""
    for rows in _in_batches(Identity.objects.all()):
        stale = {row.pk: (row, _of_address(row)) for row in rows if row.value_index != _of_address(row)}
        taken = set(Identity.objects.filter(value_index__in=[new for _, new in stale.values()])
                    .values_list("brand", "channel", "value_index"))  # fmt: skip
        free = []
        for row, new in stale.values():
            if (row.brand, row.channel, new) not in taken:
                row.value_index = new
                free.append(row)
        if free and write:
            with db.write():
                Identity.objects.bulk_update(free, ["value_index"])
        yield len(free)


def doubled() -> list[str]:
    """Ids of the customers whose address belongs to another row under today's key: they came back as strangers."""
    return [str(row.customer_id) for rows in _in_batches(Identity.objects.all()) for row in rows
            if row.value_index != _of_address(row)]  # fmt: skip


def claims(write: bool = True) -> Iterator[int]:
    """References of claims."""
    for rows in _in_batches(Claim.objects.exclude(reference_index="")):
        stale = [row for row in rows if row.reference_index != _of_reference(row)]
        for row in stale:
            row.reference_index = _of_reference(row)
        if stale and write:
            with db.write():
                Claim.objects.bulk_update(stale, ["reference_index"])
        yield len(stale)


def identifiers(write: bool = True) -> Iterator[int]:
    """References and transactions of the cases that conversations hold."""
    holding = CaseIdentifier.objects.values("conversation")
    for rows in _in_batches(Conversation.objects.filter(pk__in=holding).only("id", "state")):
        stale = [row for row in rows if not case_identifiers.are_kept(row.pk, row.state)]
        if stale and write:
            with db.write():
                for row in stale:
                    case_identifiers.keep_anew(row.pk, row.state)
        yield len(stale)


def pseudonyms(old: str, write: bool = True) -> Iterator[int]:
    """The digests that stand for customers in the ledger of voices and in experiments. They name nothing that they
    could be derived from, so the ``old`` key is needed to know them."""
    for names in _everybody():
        yield _exchange(EngineCall.objects.all(), ledger.pseudonym, names, old, write)
        for experiment in Experiment.objects.all():
            outcomes, digest = experiment.outcomes.all(), _of_experiment(experiment)
            counted = set(outcomes.filter(customer__in=[digest(name, "") for name in names])
                          .values_list("customer", flat=True))  # fmt: skip
            fresh = [name for name in names if digest(name, "") not in counted]  # nobody counts twice in an arm
            yield _exchange(outcomes, digest, fresh, old, write)


def _everybody() -> Iterator[list[str]]:
    """Names of customers in batches; those who were merged into others were drawn and counted under their own."""
    for rows in _in_batches(Customer.objects.only("id")):
        yield [str(row.pk) for row in rows]
    yield [str(was) for was in MergedIdentity.objects.values_list("was", flat=True).distinct()]


def _exchange(rows: QuerySet[M], digest: Callable[[str, str], str], names: list[str], old: str, write: bool) -> int:
    new: Mapping[str, str] = {digest(name, old): digest(name, "") for name in names}
    found = set(rows.filter(customer__in=list(new)).values_list("customer", flat=True))
    if found and write:
        with db.write():
            for each in found:
                rows.filter(customer=each).update(customer=new[each])
    return len(found)


def _of_experiment(experiment: Experiment) -> Callable[[str, str], str]:
    return lambda name, key: assign.pseudonym(experiment, name, key)


def _of_address(row: Identity) -> str:
    return blind_index(f"{row.brand}:{row.channel}", row.value)


def _of_reference(row: Claim) -> str:
    reference = row.slots.get("easytransfert_id")
    return blind_index("reference", str(reference["value"])) if reference else ""


def _in_batches(rows: QuerySet[M]) -> Iterator[list[M]]:
    last = None
    while True:
        rest = rows.order_by("pk") if last is None else rows.filter(pk__gt=last).order_by("pk")
        if not (batch := list(rest[:BATCH])):
            return
        yield batch
        last = batch[-1].pk
