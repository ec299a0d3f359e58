"""Talk to the assistant in a terminal: ``manage.py chat``. No server, no database; Ctrl-D ends it."""

from __future__ import annotations

import sys
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from chatbot.brand import BrandError
from chatbot.chatting import Chat
from chatbot.turn import Mind
from support.voices.build import VOICES, NoVoiceError, build

PROMPT = "vous > "


class Command(BaseCommand):
    """Reads lines, prints answers."""

    help = "Parler à l'assistant dans un terminal."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--voice", choices=VOICES, default="template", help="la voix qui parle")

    def handle(self, *args: object, **options: object) -> None:
        try:
            voice = build(str(options["voice"]), settings.BRAND)
            chat = Chat(Mind.load(settings.BRAND, settings.VAR_DIR / "models", voice), timezone.now)
        except (BrandError, NoVoiceError) as error:
            raise CommandError(str(error), returncode=2) from error
        interactive = sys.stdin.isatty()
        while True:
            try:
                text = input(PROMPT if interactive else "")
            except (EOFError, KeyboardInterrupt):
                self.stdout.write("")
                return
            if not interactive:
                self.stdout.write(f"{PROMPT}{text}")
            for line in chat.say(text):
                self.stdout.write(f"bot  > {line}" if not line.startswith("   ") else line)
