"""One settings file, driven by the environment. A missing or weak secret stops production."""

import json
import os
import secrets
import sys
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pghistory
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
# The matrices here are small, and there are as many processes as cores: threads of the linear algebra would wait for each
# other (500 plants by their likeness: 15 ms, with threads on busy cores 100). Before anything loads numpy.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def env(name: str, default: str | None = None) -> str | None:
    """The value of NAME, or the content of the file that NAME_FILE points to."""
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text().strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE names {path}, which cannot be read: {error.strerror}") from error
    return os.environ.get(name, default)


def flag(name: str, default: bool = False) -> bool:
    return (env(name) or str(int(default))).lower() in ("1", "true", "yes", "on")


def database(url: str) -> dict:
    """A Django database entry from postgresql://user:password@host:port/name?host=/socket/folder."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured(f"DATABASE_URL must start with postgresql://, not {parts.scheme}://")
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", None) or parts.hostname or "",
        "PORT": str(parts.port or query.pop("port", "")),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": query,
    }


DEBUG = flag("DEBUG")
# LOCAL: the evaluation server on plain HTTP on this machine; everything that needs TLS is off, nothing else.
LOCAL = flag("OPMODEL_LOCAL")
TESTING = "pytest" in sys.modules

SECRET_KEY = env("SECRET_KEY") or ""
if not SECRET_KEY and (DEBUG or TESTING or os.environ.get("OPMODEL_NO_SERVICES")):
    SECRET_KEY = secrets.token_urlsafe(64)  # forgotten with this process: there is no default anybody could know
KNOWN_KEYS = ("insecure", "only-for-tests", "example", "changeme", "change-me", "your-secret")
if not SECRET_KEY:
    key_fault = "is missing"
elif len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 16:
    key_fault = "is too short or too regular"
elif any(word in SECRET_KEY.lower().replace("_", "-") for word in KNOWN_KEYS):
    key_fault = "is an example that everybody knows"
else:
    key_fault = ""
if key_fault:
    raise ImproperlyConfigured(
        f"SECRET_KEY {key_fault}: set it, or let SECRET_KEY_FILE name a file with it, to at least 50 random characters. "
        "script/make_secrets makes one."
    )

ALLOWED_HOSTS = [h for h in (env("ALLOWED_HOSTS") or "").split(",") if h]
if LOCAL or DEBUG:
    ALLOWED_HOSTS += ["127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [o for o in (env("CSRF_TRUSTED_ORIGINS") or "").split(",") if o]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "pgtrigger",
    "pghistory",
    "allauth",
    "allauth.account",
    "django_htmx",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "opmodel.jobs",
    "opmodel.files",
    "opmodel.organisations",
    "benchmarks",
    "assessments",
    "opmodel.dashboards",
    "opmodel.api",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "opmodel.organisations.middleware.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "opmodel.files.serving.GZip",  # pads at random, and CSRF tokens are masked anew: no BREACH
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "opmodel.files.limits.BodyLimit",  # before the next one, which reads a form to the end
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "opmodel.organisations.middleware.ChosenLanguage",
    "opmodel.organisations.middleware.TenantMiddleware",
]

ROOT_URLCONF = "opmodel.urls"
WSGI_APPLICATION = "opmodel.wsgi.application"


class UndefinedVariable(str):
    """What an undefined template variable turns into: an error in tests, nothing in production."""

    def __contains__(self, item: object) -> bool:  # Django asks '"%s" in string_if_invalid'
        return True

    def __mod__(self, missing: object) -> str:
        raise LookupError(f"undefined template variable: {missing}")


TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "opmodel.organisations.context.shell",
            ],
        },
    },
]

# The web role owns nothing; only migrate and its relatives run as the owner (manage.py sets OPMODEL_DB_ROLE).
DATABASE_URL = env("DATABASE_URL") or "postgresql://opmodel_web@localhost/opmodel"
DATABASE_OWNER_URL = env("DATABASE_OWNER_URL") or DATABASE_URL
DATABASES = {"default": database(DATABASE_OWNER_URL if os.environ.get("OPMODEL_DB_ROLE") == "owner" else DATABASE_URL)}
DATABASE_WEB_ROLE = database(DATABASE_URL)["USER"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "organisations.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_EMAIL_VERIFICATION = "none"  # people arrive by invitation, which proves the address
ACCOUNT_ADAPTER = "opmodel.organisations.accounts.ClosedSignup"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no mail to strangers: it would offer a sign-up that does not exist
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# How many reverse proxies append to X-Forwarded-For. Without it everybody behind a proxy shares one sign-in limit.
ALLAUTH_TRUSTED_PROXY_COUNT = int(env("TRUSTED_PROXIES") or 0)
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"

# Throttling is counted in PostgreSQL: it must hold while Redis is down, and across processes.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache_entries",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # the default of 300 would drop counters on a busy day
    }
}
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # not in a cookie of its own
SESSION_ENGINE = "django.contrib.sessions.backends.db"
# Two weeks without work end a session; a day's first write renews it (middleware.stay_signed_in). Not at every request:
# a GET writes nothing. What was typed outlives the session in the browser (static/js/outbox.js).
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_SAVE_EVERY_REQUEST = False
SESSION_EXPIRE_AT_BROWSER_CLOSE = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "opmodel.organisations.guards.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if not (LOCAL or DEBUG or TESTING):
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SECURE_SSL_REDIRECT = flag("SECURE_SSL_REDIRECT", True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]

TIME_ZONE = "UTC"
USE_TZ = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]  # each in its own words; how to add one: docs/translating.md
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["opmodel.formats"]
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 31_536_000
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = Path(env("STATIC_ROOT") or BASE_DIR / ".local" / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "opmodel.dashboards.vendor_finder.VendorFinder",
]
FILES_ROOT = Path(env("FILES_ROOT") or BASE_DIR / ".local" / "files")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Evidence, uploads, exports; an object store by FILES_STORAGE={"BACKEND": "...", "OPTIONS": {...}}
    "private": json.loads(env("FILES_STORAGE") or "null")
    or {"BACKEND": "opmodel.files.storage.PrivateFiles", "OPTIONS": {"location": FILES_ROOT}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING or DEBUG
        else "opmodel.assets.HashedFiles"
    },
}
EVIDENCE_MAX_MB = int(env("EVIDENCE_MAX_MB") or 25)  # one file
UPLOAD_MAX_MB = int(env("UPLOAD_MAX_MB") or 10)  # one spreadsheet
PEERS_MAX_MB = int(env("PEERS_MAX_MB") or 500)  # one file of peer records; a million rows as CSV are 260
FILES_QUOTA_MB = int(env("FILES_QUOTA_MB") or 20_000)  # all stored files of one organisation
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = TESTING or DEBUG
FIXTURES = BASE_DIR / "fixtures"

REDIS_URL = env("REDIS_URL") or "redis://localhost:6379/0"
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = False  # Redis only rings the bell; the job row decides, the sweeper repeats (opmodel.jobs)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False  # a submit must not wait for Redis
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 0.3,
    "socket_timeout": 0.5,  # the worker waits longer (opmodel.celery)
    "retry_on_timeout": False,
    "max_retries": 0,  # without it a process that never reached Redis sleeps 2 s and 4 s before it gives up
}
CELERY_TIMEZONE = "UTC"

JOB_LEASE_SECONDS = int(env("JOB_LEASE_SECONDS") or 60)
SWEEP_SECONDS = float(env("SWEEP_SECONDS") or 5)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["opmodel.api.authentication.Token"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "opmodel.api.problems.handler",
    "COERCE_DECIMAL_TO_STRING": False,
    "UNAUTHENTICATED_USER": None,
}
API_REQUESTS_PER_MINUTE = int(env("API_REQUESTS_PER_MINUTE") or 600)  # of one token
SPECTACULAR_SETTINGS = {
    "TITLE": "OpModel API",
    "VERSION": "1",
    "DESCRIPTION": "Scores, gaps and priority actions of one organisation. Read only.",
    "SERVE_INCLUDE_SCHEMA": False,
}
KNOX_TOKEN_MODEL = "api.ApiToken"  # noqa: S105
REST_KNOX = {"TOKEN_TTL": None, "AUTO_REFRESH": False}

EMAIL_URL = env("EMAIL_URL") or ""
if EMAIL_URL:
    mail = urlsplit(EMAIL_URL)
    EMAIL_HOST, EMAIL_PORT = mail.hostname or "localhost", mail.port or 25
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(mail.username or ""), unquote(mail.password or "")
    EMAIL_USE_TLS = mail.scheme == "smtp+tls"
else:
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
EMAIL_TIMEOUT = 10  # seconds a mail server may be silent: a job must not outlive its lease
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL") or "opmodel@localhost"
# Where people reach this installation: links in mails begin with it, for no request tells the host to a worker.
PUBLIC_URL = (env("PUBLIC_URL") or "").rstrip("/")
if not PUBLIC_URL and (LOCAL or DEBUG or TESTING):
    PUBLIC_URL = f"http://127.0.0.1:{os.environ.get('PORT') or 8000}"
if PUBLIC_URL and not PUBLIC_URL.startswith(("http://", "https://")):
    raise ImproperlyConfigured(f"PUBLIC_URL must begin with https:// or http://, not {PUBLIC_URL[:40]}")

# Who and where stand in the audit row itself, so that it lies under the same row-level security.
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
PGHISTORY_CONTEXT_ID_FIELD = pghistory.ContextUUIDField()
PGHISTORY_APPEND_ONLY = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3_000  # a full register: 200 rows of 12 columns
DATA_UPLOAD_MAX_NUMBER_FILES = 5
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "opmodel.files.limits.TemporaryUpload",
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "opmodel.logs.OneLine", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO" if not TESTING else "WARNING"},
}

if TESTING:
    INSTALLED_APPS += ["zeal"]
    MIDDLEWARE.insert(0, "zeal.middleware.zeal_middleware")
    ZEAL_RAISE = True
    TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = UndefinedVariable("%s")
