"""Private stacks: ours and the bare twin's, each with its own folder, Redis, ports and database, gone afterwards."""

from __future__ import annotations

import json
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from os import environ
from pathlib import Path

from cryptography.fernet import Fernet
from django.conf import settings
from django.test.utils import override_settings
from django.utils import timezone

from chatbot.turn import Mind
from chatbot.types import Incoming
from support.bench.databases import scratch_database
from support.bench.processes import BenchError, Process, answers, free_port, listens, run_to_end, running, wait_until
from support.supervisor import programs, redis_server
from support.transports.web import sessions

HOST = "127.0.0.1"
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH")
HERE = Path(__file__).resolve().parent
_migrated: list[bytes] = []  # the file of SQLite as migrations leave it, once there was one
NO_LIMIT = "1000000/minute"  # still counted, so that its cost is in the figures; one address is all customers here


@dataclass(slots=True)
class Stack:
    """What runs. ``auth_token`` signs webhooks for ``public_url``."""

    port: int
    folder: Path
    env: dict[str, str]
    auth_token: str
    web: Process | None = None
    workers: list[Process] = field(default_factory=list)

    @property
    def public_url(self) -> str:
        """Where the web process is reached."""
        return f"http://{HOST}:{self.port}"

    @property
    def web_pid(self) -> int:
        """The web process's id. Raises AssertionError before it is started."""
        assert self.web is not None  # noqa: S101
        return self.web.pid

    def check(self) -> None:
        """Raises BenchError when one of the processes has died: a figure taken from a dead stack says nothing."""
        for process in (self.web, *self.workers):
            if process is not None:
                process.check()

    def tails(self) -> str:
        """The ends of the logs."""
        return "\n".join(process.tail() for process in (self.web, *self.workers) if process is not None)

    def chat_paths(self, count: int) -> list[str]:
        """``count`` addresses of ours to open sockets at, each a visitor's own."""
        with override_settings(SECRET_KEY=self.env["SECRET_KEY"]):
            made = [sessions.create(settings.BRAND)[0].token() for _ in range(count)]
        return [f"/ws/chat/?token={token}" for token in made]


@contextmanager
def ours(
    worker: Sequence[str] | None = None,
    *,
    server: str = "",
    files: Mapping[str, str] | None = None,
    web: bool = True,
) -> Iterator[Stack]:
    """Ours as ``serve`` runs it. ``worker`` is its command, None for no worker at all; ``server`` a PostgreSQL's URL.

    ``files`` are put into its folder (VAR_DIR) before anything starts, by name. Without ``web`` it is a database and
    a Redis.
    """
    with ExitStack() as open_things:
        folder = open_things.enter_context(_folder())
        port = free_port()
        database = open_things.enter_context(scratch_database(server)) if server else ""
        env = _our_env(folder, port, database)
        stack = Stack(port, folder, env, env["TWILIO_AUTH_TOKEN"])
        for name, content in (files or {}).items():
            (folder / name).write_text(content)
        if worker:
            _lend_models(folder)
        Path(stack.env["PROMETHEUS_MULTIPROC_DIR"]).mkdir()
        open_things.enter_context(_redis(stack))
        _migrate(stack)
        if web:
            command = programs.web_command(HOST, port)
            stack.web = open_things.enter_context(running(command, stack.env, settings.BASE_DIR, folder / "web.log"))
            wait_until(lambda: answers(f"{stack.public_url}/health"), stack.web, "web")
        if worker:
            for name, argv in (("worker", worker), ("beat", programs.beat_command(folder / "beat-schedule"))):
                log = folder / f"{name}.log"
                stack.workers.append(open_things.enter_context(running(argv, stack.env, settings.BASE_DIR, log)))
        try:
            yield stack
        except TimeoutError as error:
            raise BenchError(f"no answer in time; the logs end with:\n{stack.tails()}") from error


@contextmanager
def bare(*, worker: bool = False, server: str = "") -> Iterator[Stack]:
    """The twin: the same Daphne with the same options, the same worker pool, next to nothing inside."""
    with ExitStack() as open_things:
        folder = open_things.enter_context(_folder())
        port, token = free_port(), secrets.token_hex(16)
        database = open_things.enter_context(scratch_database(server)) if server else ""
        env = {**_passed_on(), "PYTHONPATH": str(HERE), "DJANGO_SETTINGS_MODULE": "twin.settings"}
        stack = Stack(port, folder, env, token)
        _tell_twin(stack, database)
        open_things.enter_context(_redis(stack))
        run_to_end((sys.executable, "-m", "django", "migrate", "--run-syncdb", "--verbosity", "0"), stack.env, folder)
        command = (*programs.web_command(HOST, port)[:-1], "twin.asgi:application")
        stack.web = open_things.enter_context(running(command, stack.env, folder, folder / "web.log"))
        wait_until(lambda: listens(port), stack.web, "the twin")
        if worker:
            argv = worker_of("twin.hop")
            stack.workers.append(open_things.enter_context(running(argv, stack.env, folder, folder / "worker.log")))
        yield stack


def worker_of(app: str, threads: int = 16) -> tuple[str, ...]:
    """The command line of ``serve``'s worker, for another Celery app."""
    command = programs.worker_command(queues="turns,delivery,housekeeping,celery", threads=threads)
    return tuple(app if word == "support" else word for word in command)


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="akwaba-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _redis(stack: Stack) -> Iterator[None]:
    socket = stack.folder / "redis.sock"
    argv = redis_server.command(socket, stack.folder)
    with running(argv, stack.env, stack.folder, stack.folder / "redis.log") as process:
        wait_until(socket.exists, process, "Redis")
        yield


def _migrate(stack: Stack) -> None:
    """Give it the tables. Migrating takes ten seconds, so of SQLite's file the first is kept, for the stacks after."""
    file = stack.folder / "db.sqlite3"
    if not stack.env["DATABASE_URL"] and _migrated:
        file.write_bytes(_migrated[0])
        return
    run_to_end((sys.executable, "manage.py", "migrate", "--verbosity", "0"), stack.env, settings.BASE_DIR)
    if not stack.env["DATABASE_URL"]:
        _migrated.append(file.read_bytes())


def _lend_models(folder: Path) -> None:
    """What is trained at install is not trained again for every stack."""
    mind = Mind.load(settings.BRAND, settings.VAR_DIR / "models")
    mind.ear.hear([Incoming("warm-up", "bonjour", timezone.now())], ())
    shutil.copytree(settings.VAR_DIR / "models", folder / "models")


def _passed_on() -> dict[str, str]:
    return {name: environ[name] for name in PASSED_ON if name in environ} | {"PYTHONUNBUFFERED": "1"}


def _our_env(folder: Path, port: int, database: str) -> dict[str, str]:
    """Every variable that a `.env` could otherwise decide is named here."""
    rates = ("SEND_PER_SESSION", "SEND_PER_ADDRESS", "SESSIONS_PER_ADDRESS", "HANDSHAKES_PER_ADDRESS")
    return {
        **_passed_on(),
        **{f"RATE_{name}": NO_LIMIT for name in rates},
        "DJANGO_SETTINGS_MODULE": "support.settings",
        "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics"),
        "VAR_DIR": str(folder),
        "SECOND_FACTOR": "0",
        "DATABASE_URL": database,
        "REDIS_URL": f"unix://{folder}/redis.sock",
        "DEBUG": "0",
        "SIMULATOR": "0",
        "LOG_LEVEL": "INFO",
        "VOICE": "template",  # voices have a bench of their own
        "LOG_FORMAT": "json",
        "HOST": HOST,
        "PORT": str(port),
        "PUBLIC_URL": f"http://{HOST}:{port}",
        "ALLOWED_HOSTS": HOST,
        "ALLOWED_ORIGINS": "",
        "TRUSTED_PROXIES": "",
        "SECRET_KEY": secrets.token_urlsafe(40),
        "FIELD_KEYS": Fernet.generate_key().decode(),
        "INDEX_KEY": secrets.token_hex(32),
        "IDENTITY_SECRET": secrets.token_hex(32),
        "TWILIO_ACCOUNT_SID": "AC" + secrets.token_hex(16),
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        "TWILIO_WHATSAPP_FROM": "whatsapp:+2252522018730",
        "TWILIO_MESSAGING_SERVICE_SID": "",
        "TWILIO_API_BASE": "http://127.0.0.1:9",  # the discard port: nothing of a benchmark leaves the machine
    }


def _tell_twin(stack: Stack, database: str) -> None:
    """The twin reads its settings from the folder it runs in."""
    told = {
        "redis": f"unix://{stack.folder}/redis.sock",
        "database": database,
        "public_url": stack.public_url,
        "auth_token": stack.auth_token,
    }
    (stack.folder / "twin.json").write_text(json.dumps(told))
