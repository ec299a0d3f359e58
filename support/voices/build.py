"""Makes the voice that a worker speaks with. Importing this loads no model; building the local voice does."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

import structlog
from django.conf import settings
from django.db import DatabaseError

from chatbot import brand as brands
from chatbot.voices import prompt_local
from chatbot.voices.ports import Voice
from chatbot.voices.template import TemplateVoice
from chatbot.wording import Wording
from support.voices.remote_voice import deployed, lend_to_media, remote_voice
from support.voices.roster import HOUSE, UnpricedError

log = structlog.get_logger(__name__)
AUTO = "auto"
VOICES = ("template", "local", "azure")  # what a person may ask for at a terminal


class NoVoiceError(Exception):
    """This voice cannot be had here; the message says why, in a few words fit for the public."""


def build(name: str, brand: str) -> Voice:
    """A new voice of this ``name`` for a brand. Raises NoVoiceError, BrandError."""
    if name not in BUILDERS:
        raise NoVoiceError(f"no voice {name!r} is configured")
    return BUILDERS[name](brands.load(brand))


def for_worker(slug: str) -> Voice:
    """The voice of the settings; where it cannot be had the template, and a line in the log. Raises BrandError.

    ``auto``: the local voice or the template, and before them the deployments that an operator switches on.
    """
    wanted = "local" if settings.VOICE == AUTO else settings.VOICE
    try:
        voice, _speaks[slug] = build(wanted, slug), wanted
    except NoVoiceError as reason:
        log.warning("voice_absent", voice=wanted, why=str(reason))
        voice, _speaks[slug] = build("template", slug), f"template ({reason})"
    if settings.VOICE != AUTO:
        return voice
    brand = brands.load(slug)
    lend_to_media()
    return remote_voice(brand, _template(brand), voice if voice.tier == "local" else None)


def speaks_with(brand: str) -> str:
    """What this process words a brand's replies with: "local", "template (no weights)"; "" before the first."""
    return _speaks.get(brand, "")


_speaks: dict[str, str] = {}


def _template(brand: brands.Brand) -> Voice:
    return TemplateVoice(Wording.read(brand.wording, brand.flows))


def _local(brand: brands.Brand) -> Voice:
    from chatbot.voices.local import LocalVoice, UnusableError

    folder = Path(settings.VOICE_FOLDER) if settings.VOICE_FOLDER else brand.path / "voice"
    try:
        prompts = prompt_local.Brief.read(brand.voice)
        adapter = settings.VOICE_ADAPTER or own_adapter(brand)
        return LocalVoice.load(folder, adapter, prompts, time.perf_counter, threads=settings.TORCH_THREADS)
    except KeyError as error:
        raise NoVoiceError(f"voice.toml lacks {error}") from error
    except UnusableError as error:
        raise NoVoiceError(str(error)) from error


def own_adapter(brand: brands.Brand) -> str:
    """The adapter that the brand's recipe names as the one that serves; "" without a recipe."""
    recipe = brand.path / "voice" / "train.toml"
    table = tomllib.loads(recipe.read_text(encoding="utf-8")).get("adapter", {}) if recipe.is_file() else {}
    return str(table.get("name", ""))


def _azure(brand: brands.Brand) -> Voice:
    try:
        HOUSE.check()
        if not deployed(HOUSE, brand.slug):
            raise NoVoiceError("no deployment is switched on: manage.py voices load FILE")
    except (UnpricedError, DatabaseError) as error:
        raise NoVoiceError(str(error)) from error
    return remote_voice(brand, _template(brand), None)


BUILDERS: Mapping[str, Callable[[brands.Brand], Voice]] = {"template": _template, "local": _local, "azure": _azure}
