"""The cache of voices in Redis: nobody reads what is another's, whatever is copied, cut or guessed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import StringIO
from random import Random
from typing import Any, cast

import pytest
import redis
from django.core.management import CommandError, call_command

from chatbot.voices.caching import SHARED, Entry, Key
from support import redis_client
from support.voices.cache import AfterReply, RedisStore
from support.voices.sealing import seal, unseal

KEY = Key("easytransfert", "account", "customer-1", '{"brief":{"acts":["claim.filed"]}}')
ENTRY = Entry("C'est noté, votre dossier est le {number}.", "standard")
OTHER_SECRET = "YW5vdGhlciBzZWNyZXQgYW5vdGhlciBzZWNyZXQgISE="
TRIES = 10_000


def keep(store: RedisStore, key: Key = KEY, seconds: float = 60) -> None:
    store.put(key, ENTRY, seconds, store.get(key).generation)


def client() -> redis.Redis:
    return redis_client.connection()


def names() -> list[bytes]:
    return sorted(cast("list[bytes]", client().keys("*")))


def entries() -> list[bytes]:
    return [name for name in names() if client().type(name) == b"string"]


def test_what_is_kept_is_found_again() -> None:
    store = RedisStore()
    keep(store)
    assert store.get(KEY).entry == ENTRY


def test_it_is_gone_when_its_time_is_over() -> None:
    store = RedisStore()
    keep(store, seconds=60)
    (name,) = entries()
    assert 0 < cast("int", client().pttl(name)) <= 60_000


def test_one_dropped_is_gone() -> None:
    store = RedisStore()
    keep(store)
    store.drop(KEY)
    assert store.get(KEY).entry is None


# Nobody else ---------------------------------------------------------------------------------------------------------


def strangers(rng: Random) -> Iterator[Key]:
    """Keys that are near the real one and not it."""
    while True:
        owner = rng.choice((SHARED, "customer-2", "customer-11", " customer-1", "customer-1\0", str(rng.random())))
        text = rng.choice((KEY.text, KEY.text + " ", "{}", KEY.text.replace("filed", "changed")))
        key = Key(rng.choice(("easytransfert", "autre")), rng.choice(("account", "status")), owner, text)
        if key != KEY:
            yield key


def test_an_entry_is_readable_in_none_of_ten_thousand_tries_of_another_kind() -> None:
    """Looked for under other keys; copied by hand under another's name; cut, lengthened, edited; another generation."""
    rng, store, read = Random(7), RedisStore(), 0
    sealed = seal(KEY, "0", b"secret words")
    assert unseal(KEY, "0", sealed) == b"secret words"
    others = strangers(rng)
    for number in range(TRIES):
        match number % 4:
            case 0:
                read += unseal(next(others), "0", sealed) is not None
            case 1:
                at = rng.randrange(len(sealed))
                edited = sealed[:at] + bytes([sealed[at] ^ (1 << rng.randrange(8))]) + sealed[at + 1 :]
                read += unseal(KEY, "0", edited) is not None
            case 2:
                cut = rng.randrange(len(sealed))
                changed = rng.choice((sealed[:cut], sealed[cut:][:-1], sealed + rng.randbytes(1 + cut % 7)))
                read += unseal(KEY, "0", changed) is not None
            case _:
                read += unseal(KEY, str(1 + number), sealed) is not None
    assert read == 0
    assert store.get(KEY).entry is None


def test_a_value_moved_by_hand_under_another_customers_key_does_not_open() -> None:
    store, read = RedisStore(), 0
    owners = [f"customer-{number}" for number in range(40)]
    places: dict[str, bytes] = {}
    for owner in owners:
        before = set(entries())
        keep(store, replace(KEY, owner=owner))
        (places[owner],) = set(entries()) - before
    values = {owner: cast("bytes", client().get(name)) for owner, name in places.items()}
    for mine in owners:
        for theirs in owners:
            if mine != theirs:
                client().set(places[mine], values[theirs])
                read += store.get(replace(KEY, owner=mine)).entry is not None
        client().set(places[mine], values[mine])
        assert store.get(replace(KEY, owner=mine)).entry == ENTRY
    assert read == 0


def test_the_same_words_of_the_same_customer_do_not_open_under_another_question() -> None:
    store = RedisStore()
    keep(store)
    (mine,) = entries()
    other = replace(KEY, text=KEY.text + "2")
    keep(store, other)
    (its,) = set(entries()) - {mine}
    client().copy(mine.decode(), its.decode(), replace=True)
    assert store.get(other).entry is None


def test_a_shared_entry_does_not_open_as_a_customers_nor_the_other_way_round() -> None:
    shared = replace(KEY, owner=SHARED)
    assert unseal(KEY, "0", seal(shared, "0", b"x")) is None
    assert unseal(shared, "0", seal(KEY, "0", b"x")) is None


def test_another_server_secret_opens_nothing_and_finds_nothing(settings: Any) -> None:
    store = RedisStore()
    keep(store)
    sealed = seal(KEY, "0", b"x")
    settings.FIELD_KEYS = [OTHER_SECRET]
    assert store.get(KEY).entry is None
    assert unseal(KEY, "0", sealed) is None


def test_neither_names_nor_values_say_anything() -> None:
    store = RedisStore()
    keep(store)
    store.stretch("easytransfert", "account", 0.5)
    store.bump("easytransfert")
    everything = b"".join(names()) + b"".join(cast("bytes", client().get(name)) for name in entries())
    for word in (b"customer", b"easytransfert", b"account", b"claim", b"dossier", b"standard"):
        assert word not in everything


def test_the_same_entry_sealed_twice_is_not_the_same() -> None:
    assert seal(KEY, "0", b"x") != seal(KEY, "0", b"x")


# Invalidating and erasing --------------------------------------------------------------------------------------------


def test_a_bump_invalidates_all_of_a_brand_and_of_no_other() -> None:
    store, other = RedisStore(), replace(KEY, brand="autre")
    shared = replace(KEY, owner=SHARED)
    for key in (KEY, shared, other):
        keep(store, key)
    call_command("voices_cache", "bump", "--brand", "easytransfert", stdout=StringIO())
    assert [store.get(key).entry for key in (KEY, shared, other)] == [None, None, ENTRY]


def test_what_was_being_worded_during_a_bump_is_not_kept() -> None:
    store = RedisStore()
    before = store.get(KEY).generation
    store.bump(KEY.brand)
    store.put(KEY, ENTRY, 60, before)
    assert store.get(KEY).entry is None


def test_forgetting_a_customer_leaves_no_trace_of_them_and_all_of_others() -> None:
    store, other = RedisStore(), replace(KEY, owner="customer-2")
    keep(store, other)
    left = names()
    for number in range(5):
        keep(store, replace(KEY, text=str(number)))
    call_command("voices_cache", "forget", "customer-1", stdout=StringIO())
    assert names() == left
    assert store.get(other).entry == ENTRY


# Away, or not ours ---------------------------------------------------------------------------------------------------


@pytest.fixture
def away(settings: Any) -> Iterator[None]:
    """Redis does not answer."""
    real = settings.REDIS_URL
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    redis_client.connection.cache_clear()
    yield
    settings.REDIS_URL = real
    redis_client.connection.cache_clear()


@pytest.mark.usefixtures("away")
def test_without_redis_there_is_no_cache_and_no_error() -> None:
    store = RedisStore()
    look = store.get(KEY)
    assert (look.entry, look.generation) == (None, "")
    store.put(KEY, ENTRY, 60, "0")
    store.drop(KEY)
    store.stretch("easytransfert", "faq", 2.0)


@pytest.mark.usefixtures("away")
@pytest.mark.parametrize("line", [("bump",), ("forget", "customer-1")], ids=["bump", "forget"])
def test_who_invalidates_or_erases_is_told_that_it_was_not_done(line: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        call_command("voices_cache", *line, stdout=StringIO())


def test_rubbish_under_a_key_is_as_good_as_nothing() -> None:
    store = RedisStore()
    keep(store)
    (name,) = entries()
    for rubbish in (b"", b"x", b"x" * 12, b"x" * 500):
        client().set(name, rubbish)
        assert store.get(KEY).entry is None


def test_how_long_a_kind_lives_is_stretched_within_bounds() -> None:
    store = RedisStore()
    assert store.get(KEY).factor == 1.0
    store.stretch(KEY.brand, KEY.kind, 0.5)
    assert store.get(KEY).factor == 0.5
    assert store.get(replace(KEY, kind="faq")).factor == 1.0
    for _ in range(20):
        store.stretch(KEY.brand, KEY.kind, 0.5)
    assert store.get(KEY).factor == 0.01


# After the reply -----------------------------------------------------------------------------------------------------


def test_a_task_runs_beside_and_while_it_runs_others_are_dropped() -> None:
    later, go, done = AfterReply(), threading.Event(), threading.Event()

    def task() -> None:
        go.wait(10)
        done.set()

    assert later(task)
    assert not later(task)
    go.set()
    assert done.wait(10)


def test_a_task_that_fails_gives_its_place_back() -> None:
    later, done = AfterReply(), threading.Event()

    def fails() -> None:
        raise ZeroDivisionError

    assert later(fails)
    taken = wait_until(lambda: later(done.set))
    assert taken
    assert done.wait(10)


def wait_until(true: Callable[[], bool]) -> bool:
    """Whether it came true within some seconds."""
    pause = threading.Event()
    return any(true() or pause.wait(0.01) for _ in range(500))
