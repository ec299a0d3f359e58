"""Every setting, read from the environment (or `.env`). With no DATABASE_URL the project runs embedded, on a laptop."""

from __future__ import annotations

import hashlib
import os
import re
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse_lazy
from environs import Env

from support import localkeys, schedule
from support.accounts import mail_url
from support.backoffice import webhook_target
from support.console import theme
from support.insight import logs

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()
env.read_env(str(BASE_DIR / ".env"), recurse=False)

# --- Where we are ---------------------------------------------------------------------------------------------

DATABASE_URL = env.str("DATABASE_URL", "")
EMBEDDED = not DATABASE_URL
VAR_DIR = Path(env.str("VAR_DIR", "") or BASE_DIR / "var").resolve()
VAR_DIR.mkdir(parents=True, exist_ok=True)
DEBUG = env.bool("DEBUG", False)
HOST = env.str("HOST", "127.0.0.1")
PORT = env.int("PORT", 8000)
PUBLIC_URL = env.str("PUBLIC_URL", f"http://{HOST}:{PORT}").rstrip("/")
BRAND = env.str("BRAND", "easytransfert")

# --- Secrets --------------------------------------------------------------------------------------------------

_local = localkeys.ensure(VAR_DIR) if EMBEDDED else {}


def _secret(name: str, given: str) -> str:
    if not (value := given or _local.get(name, "")):
        raise ImproperlyConfigured(f"{name} is not set. A server needs it in its environment; see .env.example.")
    return value


SECRET_KEY = _secret("SECRET_KEY", env.str("SECRET_KEY", ""))
FIELD_KEYS = _secret("FIELD_KEYS", env.str("FIELD_KEYS", "")).split(",")
INDEX_KEY = _secret("INDEX_KEY", env.str("INDEX_KEY", ""))
OLD_INDEX_KEY = env.str("OLD_INDEX_KEY", "")  # for `manage.py keys renew` alone
IDENTITY_SECRET = _secret("IDENTITY_SECRET", env.str("IDENTITY_SECRET", ""))

# --- Who may reach us -----------------------------------------------------------------------------------------

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]", HOST] if EMBEDDED else [])
ALLOWED_ORIGINS: list[str] = env.list("ALLOWED_ORIGINS", [])
TRUSTED_PROXIES: list[str] = env.list("TRUSTED_PROXIES", [])
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
CORS_ALLOWED_ORIGINS = ALLOWED_ORIGINS
CORS_URLS_REGEX = r"^/api/v1/.*$"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_HTTPS = PUBLIC_URL.startswith("https://")
SECURE_SSL_REDIRECT = SECURE_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^(health|ready|metrics)$"]  # asked for inside the private network, without TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE_HTTPS and TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_HTTPS
SESSION_COOKIE_AGE = 12 * 3600
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
FILE_UPLOAD_MAX_MEMORY_SIZE = 9_437_184  # what an agent may send stays in memory, never in a temporary file

# --- How staff get in -----------------------------------------------------------------------------------------

SECOND_FACTOR = env.bool("SECOND_FACTOR", not EMBEDDED)
OTP_TOTP_ISSUER = "Akwaba"
LOCKOUT_MINUTES = 15
LOCKOUT_ANYWHERE = 20  # wrong guesses at one account from all addresses together
AXES_HANDLER = "support.accounts.lockout.Handler"
AXES_FAILURE_LIMIT = 5
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_COOLOFF_TIME = timedelta(minutes=LOCKOUT_MINUTES)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # or a stranger could keep somebody out for ever
AXES_RESET_ON_SUCCESS = False  # the password alone is no success yet: support.accounts.lockout.clear
AXES_CLIENT_IP_CALLABLE = "support.accounts.lockout.address"
AXES_LOCKOUT_CALLABLE = "support.accounts.lockout.page"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "code", "csrfmiddlewaretoken"]  # and the password, always
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
EMAIL_FROM = env.str("EMAIL_FROM", "")
try:
    globals().update(mail_url.settings_of(env.str("EMAIL_URL", "")))
except ValueError as error:
    raise ImproperlyConfigured(f"EMAIL_URL: {error}") from None
SENDS_MAIL = bool(env.str("EMAIL_URL", ""))
DEFAULT_FROM_EMAIL = EMAIL_FROM or "akwaba@localhost"

# --- Data -----------------------------------------------------------------------------------------------------

if EMBEDDED:
    DATABASES: dict[str, dict[str, Any]] = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": VAR_DIR / env.str("SQLITE_FILE", "db.sqlite3"),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=20000;"
                " PRAGMA journal_size_limit=67108864;",
            },
            "TEST": {"NAME": str(VAR_DIR / "test.sqlite3")},
        }
    }
else:
    _database: dict[str, Any] = dict(dj_database_url.parse(DATABASE_URL, conn_max_age=0, conn_health_checks=False))
    if _database["ENGINE"].endswith("postgresql"):
        _pool = {"min_size": 1, "max_size": env.int("DATABASE_POOL", 20), "timeout": 10}
        _database.setdefault("OPTIONS", {})["pool"] = _pool
    DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def _socket_path(var_dir: Path) -> Path:
    """A unix socket's path may be no longer than about 100 bytes; a deep project falls back to the temporary folder."""
    if len(str(path := var_dir / "redis.sock")) <= 100:
        return path
    folder = Path(tempfile.gettempdir()) / f"akwaba-{hashlib.sha256(str(var_dir).encode()).hexdigest()[:16]}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / "redis.sock"


REDIS_SOCKET = _socket_path(VAR_DIR)
REDIS_URL = env.str("REDIS_URL", "") or f"unix://{REDIS_SOCKET}"
EMBEDDED_REDIS = not env.str("REDIS_URL", "")
CHANNEL_PREFIX = "akwaba"
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": CHANNEL_PREFIX},
    }
}

# --- Celery: tasks are doorbells, so a lost one costs seconds and a doubled one nothing -------------------------

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10.0
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 120,
    "socket_connect_timeout": 2,
    "socket_timeout": 10,
    "global_keyprefix": "akwaba:",
}
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1, "interval_step": 0.1}
CELERY_TASK_DEFAULT_QUEUE = "housekeeping"
CELERY_TASK_ROUTES = schedule.ROUTES
CELERY_BEAT_SCHEDULE = schedule.SCHEDULE
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_DB_REUSE_MAX = 1000 if EMBEDDED else None

# --- The journey ----------------------------------------------------------------------------------------------

QUIET_SECONDS = {"whatsapp": env.float("QUIET_SECONDS_WHATSAPP", 2.0), "web": 0.0}
TURN_LEASE_SECONDS = env.float("TURN_LEASE_SECONDS", 30.0)
SEND_LEASE_SECONDS = env.float("SEND_LEASE_SECONDS", 30.0)
SWEEP_AFTER_SECONDS = env.float("SWEEP_AFTER_SECONDS", 5.0)
AGENT_LEASE_SECONDS = env.float("AGENT_LEASE_SECONDS", 900.0)
ASSIGNED_LEASE_SECONDS = env.float("ASSIGNED_LEASE_SECONDS", 120.0)
SESSION_DAYS = env.int("SESSION_DAYS", 30)
UNDO_SECONDS = env.float("UNDO_SECONDS", 5.0)
FILE_LINK_DAYS = env.int("FILE_LINK_DAYS", 7)
STREAM_GATHER_SECONDS = 0.05
RATE_SEND_PER_SESSION = env.str("RATE_SEND_PER_SESSION", "30/minute")
RATE_SEND_PER_ADDRESS = env.str("RATE_SEND_PER_ADDRESS", "300/minute")
RATE_SESSIONS_PER_ADDRESS = env.str("RATE_SESSIONS_PER_ADDRESS", "60/minute")
RATE_HANDSHAKES_PER_ADDRESS = env.str("RATE_HANDSHAKES_PER_ADDRESS", "600/minute")

# --- Voices: who words what the assistant has decided to say; in the worker ------------------------------------

VOICE = env.str("VOICE", "auto")
VOICE_FOLDER = env.str("VOICE_FOLDER", "")
VOICE_ADAPTER = env.str("VOICE_ADAPTER", "")
TORCH_THREADS = env.int("TORCH_THREADS", 1)

# --- Pictures and voice notes: fetched and read by the worker, within the turn -----------------------------------

MEDIA_MAX_BYTES = env.int("MEDIA_MAX_BYTES", 8_388_608)
MEDIA_SECONDS = env.float("MEDIA_SECONDS", 10.0)
READING_SECONDS = env.float("READING_SECONDS", 20.0)
TRANSCRIBE_URL = env.str("TRANSCRIBE_URL", "")
TRANSCRIBE_KEY = env.str("TRANSCRIBE_KEY", "")
TRANSCRIBE_MODEL = env.str("TRANSCRIBE_MODEL", "whisper-1")

# --- WhatsApp through Twilio; with no account the simulator stands in for it ------------------------------------

TWILIO_ACCOUNT_SID = env.str("TWILIO_ACCOUNT_SID", "")
TWILIO_AUTH_TOKEN = env.str("TWILIO_AUTH_TOKEN", "")
TWILIO_WHATSAPP_FROM = env.str("TWILIO_WHATSAPP_FROM", "")
TWILIO_MESSAGING_SERVICE_SID = env.str("TWILIO_MESSAGING_SERVICE_SID", "")
TWILIO_API_BASE = env.str("TWILIO_API_BASE", "")
TWILIO_TEMPLATE_REOPEN = env.str("TWILIO_TEMPLATE_REOPEN", "")
TWILIO_TEMPLATE_STATUS = env.str("TWILIO_TEMPLATE_STATUS", "")
TWILIO_TEMPLATES: dict[str, str] = env.dict("TWILIO_TEMPLATES", default={})
TWILIO_TIMEOUT_SECONDS = env.float("TWILIO_TIMEOUT_SECONDS", 10.0)
TWILIO_MESSAGES_PER_SECOND = env.int("TWILIO_MESSAGES_PER_SECOND", 80)
SIMULATOR = env.bool("SIMULATOR", DEBUG)
if SIMULATOR and not TWILIO_ACCOUNT_SID:
    TWILIO_ACCOUNT_SID = "AC" + hashlib.sha256(f"simulator {SECRET_KEY}".encode()).hexdigest()[:32]
    TWILIO_AUTH_TOKEN = hashlib.sha256(f"simulator token {SECRET_KEY}".encode()).hexdigest()[:32]
    TWILIO_WHATSAPP_FROM = "whatsapp:+2252522018730"
    TWILIO_API_BASE = TWILIO_API_BASE or f"http://{HOST}:{PORT}/simulator/twilio"
    TWILIO_TEMPLATE_REOPEN = "HX" + "0" * 32
    TWILIO_TEMPLATE_STATUS = "HX" + "1" * 32
    TWILIO_TEMPLATES = TWILIO_TEMPLATES or {"nouvelles": "HX" + "2" * 32, "manque": "HX" + "3" * 32}

# --- The back office --------------------------------------------------------------------------------------------

BACKOFFICE_WEBHOOK_URL = env.str("BACKOFFICE_WEBHOOK_URL", "")
BACKOFFICE_WEBHOOK_SECRET = env.str("BACKOFFICE_WEBHOOK_SECRET", "")
BACKOFFICE_WEBHOOK_SECONDS = env.float("BACKOFFICE_WEBHOOK_SECONDS", 10.0)
BACKOFFICE_WEBHOOK_MAX_HOURS = env.float("BACKOFFICE_WEBHOOK_MAX_HOURS", 72.0)
RATE_API_CALLS = env.str("RATE_API_CALLS", "600/minute")
RATE_API_REFUSED_PER_ADDRESS = env.str("RATE_API_REFUSED_PER_ADDRESS", "30/minute")
if BACKOFFICE_WEBHOOK_URL and (fault := webhook_target.fault(BACKOFFICE_WEBHOOK_URL, BACKOFFICE_WEBHOOK_SECRET)):
    raise ImproperlyConfigured(f"BACKOFFICE_WEBHOOK_URL: {fault}")

# --- Remote voices: which ones, and at what price, is in the database; only their keys are here -----------------

VOICE_KEYS = {name: value for name, value in os.environ.items() if name.startswith("VOICE_KEY_")}
VOICE_ALERT_USD: list[str] = env.list("VOICE_ALERT_USD", ["50", "80", "100"])
if not all(re.fullmatch(r"\d+(\.\d+)?", amount) for amount in VOICE_ALERT_USD):
    raise ImproperlyConfigured("VOICE_ALERT_USD: amounts in US dollars are expected, with commas")

# --- Django ---------------------------------------------------------------------------------------------------

ROOT_URLCONF = "support.urls"
ASGI_APPLICATION = "support.asgi.application"
INSTALLED_APPS = [
    "daphne",
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "corsheaders",
    "csp",
    "ninja",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "support",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "support.accounts.policy.PolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "support.accounts.door.StaffDoor",
    "axes.middleware.AxesMiddleware",
    "support.untrained.UntrainedMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
LANGUAGE_CODE = "fr"
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGES = [("fr", "Français"), ("en", "English")]
TIME_ZONE = "Africa/Abidjan"
USE_TZ = True
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "staticfiles"
if EMBEDDED:
    STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise wants it to be there; on a laptop its finders do the work
WHITENOISE_USE_FINDERS = True
LOGIN_URL = reverse_lazy("admin:login")
LOGIN_REDIRECT_URL = reverse_lazy("admin:index")
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ("/api/v1/docs",),  # its theme brings its own inline scripts
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF, PUBLIC_URL.replace("http", "ws", 1)],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}
UNFOLD = theme.UNFOLD

METRICS_PORT = env.int("METRICS_PORT", 0)
LOG_LEVEL = env.str("LOG_LEVEL", "INFO")
LOG_FORMAT = env.str("LOG_FORMAT", "console" if sys.stderr.isatty() else "json")
LOGGING_CONFIG = None
logs.configure(LOG_LEVEL, LOG_FORMAT)
