"""Settings of a process that serves vendors alone (docs/isolation.md).

The same product with less in it: no admin, no logins, no workflow, other addresses,
and a database role that may do what `vendors.isolation.access` lists and nothing else.
"""

import logging
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from evaltracker.environment import cache, env, vendor_database
from evaltracker.settings import *  # noqa: F403
from evaltracker.settings import (
    ALLOWED_HOSTS,
    CACHES,
    DEBUG,
    DEMO,
    REST_FRAMEWORK,
    TEMPLATES,
    VENDOR_SITE_URL,
)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_structlog",
    "evaltracker.evaluations",
    "stakeholders",
    "vendors",
    "trials",
]
MIDDLEWARE = [
    "evaltracker.serving.logs.RequestIdMiddleware",
    "evaltracker.serving.health.VendorHealthMiddleware",
    "evaltracker.serving.https.HttpsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "vendors.api.access.RateLimitMiddleware",
    "trials.run_api.VendorRunTokenGuard",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.common.CommonMiddleware",
    # Vendors' pages have forms; calls of the API carry a token and are exempt.
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
]
ROOT_URLCONF = "evaltracker.vendor_urls"
TEMPLATES = [
    {
        **TEMPLATES[0],
        "OPTIONS": {
            "builtins": ["evaltracker.evaluations.words"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
            ],
        },
    }
]
REST_FRAMEWORK = {**REST_FRAMEWORK, "UNAUTHENTICATED_USER": None}
# Addresses of vendors are no ids; who was turned away is noted elsewhere.
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
# What a call ended with says it all; a line at its start would be as dear again.
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
# No user signs in here. Contacts of vendors do, by a code and a cookie of this process.
AUTHENTICATION_BACKENDS = []
CSRF_FAILURE_VIEW = "vendors.portal.access.form_expired"
_HAS_KEY = DEMO or DEBUG or bool(env.str("VENDOR_PAGES_KEY", default=""))
if VENDOR_SITE_URL and not _HAS_KEY:
    raise ImproperlyConfigured(
        "VENDOR_SITE_URL is set and VENDOR_PAGES_KEY is not, so a code that the worker "
        "sends would not open the pages. Give web, worker and vendor-api the same "
        "one; `./dev env --missing` makes it."
    )
if VENDOR_SITE_URL:
    ALLOWED_HOSTS = [*ALLOWED_HOSTS, urlsplit(VENDOR_SITE_URL).hostname]
DATABASES = {"default": vendor_database()}
# Its own part of Redis, and nothing else of it (deploy/redis/redis.conf).
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "throttle": cache("vendor"),
    "process": CACHES["process"],
}
