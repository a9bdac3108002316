"""Settings: typed, from the environment (see environment.py), no unsafe default.

docs/ and `.env` list the variables. Everything outside `DEMO=1` is production.
"""

import json
from functools import partial
from pathlib import Path
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.csp import CSP

from evaltracker import __version__, environment
from evaltracker.accounts.config import *  # noqa: F403
from evaltracker.environment import BASE_DIR, PORT, REDIS_URL, env
from evaltracker.environment import DATA_DIR as DATA_DIR
from evaltracker.environment import DEBUG as DEBUG
from evaltracker.environment import DEMO as DEMO
from evaltracker.environment import NUM_PROXIES as NUM_PROXIES
from evaltracker.serving.logs import configure_logs, report_errors
from evaltracker.toolbox.languages import OFFERED

SECRET_KEY = environment.secret_key()
# Keys of before, while what they signed and closed is still about.
SECRET_KEY_FALLBACKS = environment.env.list("SECRET_KEY_FALLBACKS", default=[])
SITE_URL = env.str(
    "SITE_URL",
    default=f"http://localhost:{PORT}" if DEMO or DEBUG else "https://localhost",
).rstrip("/")
OVER_TLS = SITE_URL.startswith("https://")
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS",
    default=["localhost", "127.0.0.1", "[::1]"] if DEMO or DEBUG else ["localhost"],
)
VENDOR_SITE_URL, VENDOR_PAGES_KEY = environment.vendor_pages(SITE_URL, SECRET_KEY)
CSRF_TRUSTED_ORIGINS = list({SITE_URL, VENDOR_SITE_URL or SITE_URL})

INSTALLED_APPS = [
    "unfold",  # before the admin, whose templates it replaces
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "axes",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_structlog",
    "evaltracker.accounts",
    "evaltracker.evaluations",
    "evaltracker.pages",
    "evaltracker.notices",
    "evaltracker.importing",
    "evaltracker.talk",
    "evaltracker.portable",
    "evaltracker.requirements",
    "stakeholders",
    "vendors",
    "trials",
    "evaltracker.workflow",
    "evaltracker.demo",
]
MIDDLEWARE = [
    "evaltracker.serving.logs.RequestIdMiddleware",
    # Before the rest: a probe has neither our host name nor TLS.
    "evaltracker.serving.health.HealthMiddleware",
    "evaltracker.serving.https.HttpsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "vendors.api.access.RateLimitMiddleware",
    "evaltracker.workflow.api.base.TokenGuard",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "evaltracker.accounts.middleware.sign_in_middleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "evaltracker.pages.middleware.ReaderZoneMiddleware",
    "evaltracker.notices.tasks.NudgeMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "evaltracker.accounts.middleware.SessionEndMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "evaltracker.accounts.middleware.SecondFactorMiddleware",
    "evaltracker.accounts.middleware.FrameMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "evaltracker.urls"
WSGI_APPLICATION = "evaltracker.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "evaltracker" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["evaltracker.evaluations.words"],
        },
    },
]

# --- Database and cache -------------------------------------------------------
DATABASES = environment.databases()
DATABASE_ROUTERS = ["evaltracker.evaluations.tables.CounterRouter"]
CACHES = {
    # In the database: what is counted at a login outlives Redis, and needs none.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "evaluations_cachedvalue",
        # What is over is dropped by a chore; nothing that counts may be before.
        "OPTIONS": {"MAX_ENTRIES": 10_000_000},
    },
    # Vendors' limits: a count over all processes (vendors.candidates).
    "throttle": environment.cache(),
    # What one process remembers for itself, without a round trip.
    "process": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "process",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    },
}

# How old the numbers in the side menu and at the bell may be (pages/lately.py).
COUNT_AGAIN_SECONDS = 30

# --- Who signs in: the rest stands in accounts/config.py -----------------------
AUTH_USER_MODEL = "evaluations.User"
# Browsers offer security keys without TLS on localhost alone.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not OVER_TLS
# --- Transport security -------------------------------------------------------
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF],
    # The admin theme sets colours in a <style> and in style attributes.
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "data:"],
    "object-src": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
}
SECURE_SSL_REDIRECT = OVER_TLS
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if OVER_TLS else 0
# Of this host alone: who serves it at example.org has other hosts there, which a year
# of https would shut, and a browser's list is not left again soon.
SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", default=False)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", SECURE_HSTS_PRELOAD)
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SESSION_COOKIE_SECURE = OVER_TLS
CSRF_COOKIE_SECURE = OVER_TLS
# Browsers take such a cookie over TLS from this very host alone; the demo is http.
COOKIE_PREFIX = "__Host-" if OVER_TLS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
# Lax and not Strict: a link in a mail leads to a page of somebody who is logged in.
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "evaltracker.accounts.forms.MessageStorage"
if NUM_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 20

# --- Texts, times, files ------------------------------------------------------
LANGUAGE_CODE = "en"
# Vendors' pages and mails are in any of these; everything else stays English.
LANGUAGES = list(OFFERED.items())
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
FORMAT_MODULE_PATH = "evaltracker.formats"
# The server counts in UTC; each person reads dates in their own zone.
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(DATA_DIR / "media")))
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "evaltracker" / "static"]
# The demo serves them where they lie, so nothing has to be collected first.
WHITENOISE_USE_FINDERS = DEMO or DEBUG
_PLAIN_STATIC = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": environment.files(env.str("FILES_URL", default="")),
    "staticfiles": {
        "BACKEND": _PLAIN_STATIC
        if DEMO or DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- Mail ---------------------------------------------------------------------
MAILERS = {"default": environment.mailer()}
# Of each call to a provider, if one is used: less than one mail may take in all.
ANYMAIL = {"REQUESTS_TIMEOUT": 10}
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="evaltracker@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# How long a sweep may be silent before others take over; one mail may take 15.
NOTICE_LEASE_SECONDS = 60
# Hosts inside, to which webhooks may post all the same; see docs/operations.md.
WEBHOOK_INTERNAL_HOSTS = env.list("WEBHOOK_INTERNAL_HOSTS", default=[])

# --- Background work ----------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost"
CELERY_BROKER_TRANSPORT_OPTIONS = environment.broker_options()
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# The worker waits for its broker for ever; a publisher gives up after one try.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0}
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_TASK_TIME_LIMIT = 600
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
# In memory: a lost or stale schedule file would silently stop every notice.
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
_tick = {"schedule": 30.0, "options": {"expires": 30}}
CELERY_BEAT_SCHEDULE = {
    name: {"task": f"evaltracker.notices.tasks.{name}", **_tick}
    for name in ("sweep", "work")
}

# --- REST ---------------------------------------------------------------------
REST_FRAMEWORK: dict[str, Any] = {
    # Each view names its own; forgetting it must not open anything.
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "rest_framework.parsers.JSONParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_SCHEMA_CLASS": "evaltracker.toolbox.rest.views.CallSchema",
    "NUM_PROXIES": NUM_PROXIES,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "evaltracker",
    "VERSION": __version__,
    "SERVE_INCLUDE_SCHEMA": False,
    "OAS_VERSION": "3.1.1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # A link of its own would stand inside the button that opens a call.
    "SWAGGER_UI_SETTINGS": {"deepLinking": False, "defaultModelsExpandDepth": -1},
    "REDOC_DIST": "SIDECAR",
    # Lists of choices that share a field's name with others.
    "ENUM_NAME_OVERRIDES": {
        "QuoteStateEnum": "vendors.choices.QuoteState",
        "MilestoneStateEnum": "trials.choices.MilestoneState",
        "ProposalStateEnum": "vendors.choices.ProposalState",
        "RecurrenceEnum": "vendors.choices.RECURRENCE_CHOICES",
        "SupportKindEnum": "evaltracker.evaluations.choices.SupportWanted",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "evaltracker.toolbox.rest.views.spell_out",
    ],
}
# Of one token; enough for a program, too few to hurt the others.
VENDOR_CALLS_PER_MINUTE = env.int("VENDOR_CALLS_PER_MINUTE", default=600)
STAFF_CALLS_PER_MINUTE = env.int("STAFF_CALLS_PER_MINUTE", default=600)
RUN_CALLS_PER_MINUTE = env.int("RUN_CALLS_PER_MINUTE", default=120)
# Of one address: calls with no or a bad token, and reads of the description.
CALLS_WITHOUT_TOKEN_PER_MINUTE = env.int("CALLS_WITHOUT_TOKEN_PER_MINUTE", default=60)

# --- Logs: ids, never contents ------------------------------------------------
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True  # RequestIdMiddleware's
# Where each journal ends, kept beside the log; blank: in the log alone.
ANCHORS_FILE = env.str("ANCHORS_FILE", default="")
# The folder where deploy/backup notes its last successes; blank: none are made here.
BACKUP_STATUS = env.str("BACKUP_STATUS", default="")
LOGGING = configure_logs(readable=DEMO or DEBUG, anchors_file=ANCHORS_FILE)
report_errors(dsn=env.str("SENTRY_DSN", default=""), version=__version__)


# --- How the admin looks, and its navigation ----------------------------------
def _static_file(name: str, request: HttpRequest | None = None) -> str:
    """Its address, asked for late: names are hashed."""
    return static(name)


_theme = json.loads((BASE_DIR / "evaltracker" / "theme.json").read_text("utf-8"))
UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "evaltracker",
    "SITE_HEADER": "evaltracker",
    "SITE_SUBHEADER": f"Version {__version__}",
    "SITE_URL": None,
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "sizes": "any",
            "href": partial(_static_file, "evaltracker/logo.svg"),
        }
    ],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "8px",
    "STYLES": [
        partial(_static_file, f"evaltracker/{name}.css") for name in _theme["styles"]
    ],
    "SCRIPTS": [
        partial(_static_file, f"evaltracker/{name}.js") for name in _theme["scripts"]
    ],
    # Of each list of the side menu its title, model and icon, in order of the process.
    "SIDEBAR": {"main": _theme["sidebar"]},
    # A calm green-blue. 600 carries white text, 500 is text on dark: both pass AA.
    "COLORS": {"primary": _theme["primary"]},
}
