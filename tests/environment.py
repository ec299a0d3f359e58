"""The environment of a test run. A pytest plugin (see pyproject.toml), since settings are read before any conftest."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import hypothesis

VAR_DIR = Path(tempfile.mkdtemp(prefix="akwaba-tests-"))
os.environ["VAR_DIR"] = str(VAR_DIR)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "support.settings")
for _name in ("REDIS_URL", "PUBLIC_URL", "ALLOWED_ORIGINS", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"):
    os.environ.pop(_name, None)  # a developer's own settings must not decide a test
os.environ.update(
    DEBUG="0",
    SIMULATOR="1",
    SECOND_FACTOR="0",  # has tests of its own
    VOICE="template",  # the local voice has tests of its own
    UNDO_SECONDS="0",  # undo has tests of its own
    LOG_LEVEL="WARNING",
    ALLOWED_HOSTS="localhost,127.0.0.1,testserver",
    SECRET_KEY="tests only",
    FIELD_KEYS="dGVzdHMgb25seSB0ZXN0cyBvbmx5IHRlc3RzIG9ubHk=",
    INDEX_KEY="tests only",
    IDENTITY_SECRET="tests only",
)
atexit.register(shutil.rmtree, VAR_DIR, ignore_errors=True)
# The same examples at every run, so that a red suite names a change and not luck;
# `--hypothesis-profile=default` explores others.
hypothesis.settings.register_profile("suite", derandomize=True, deadline=None)
hypothesis.settings.load_profile("suite")
SUITE_MODELS = Path(__file__).resolve().parent.parent / "var" / "models"
if SUITE_MODELS.is_dir():  # trained at install; without it the first test that needs it trains it
    shutil.copytree(SUITE_MODELS, VAR_DIR / "models")
