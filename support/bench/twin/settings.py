"""The twin's settings: one table, no middleware, one layer, one queue. ``twin.json`` is in the folder it runs in."""

import json
from pathlib import Path

import dj_database_url

_told = json.loads(Path("twin.json").read_text())
REDIS_URL: str = _told["redis"]
DATABASE_URL: str = _told["database"]
PUBLIC_URL: str = _told["public_url"]
AUTH_TOKEN: str = _told["auth_token"]
SECRET_KEY = "no secret is kept here"  # noqa: S105
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = ["channels", "twin"]
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "twin.urls"
ASGI_APPLICATION = "twin.asgi.application"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if DATABASE_URL:
    DATABASES = {"default": dict(dj_database_url.parse(DATABASE_URL))}
    DATABASES["default"]["OPTIONS"] = {"pool": {"min_size": 1, "max_size": 20, "timeout": 10}}
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": Path("twin.sqlite3").resolve(),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
    }
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": "twin"},
    }
}
