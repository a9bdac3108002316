"""Settings of a process that serves vendors alone (docs/isolation.md).

The same product with less in it: no admin, no sessions, no workflow, other addresses,
and a database role that may do what `vendors.isolation.access` lists and nothing else.
"""

import logging

from evaltracker.environment import cache, vendor_database
from evaltracker.settings import *  # noqa: F403
from evaltracker.settings import CACHES, REST_FRAMEWORK, TEMPLATES

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
    "evaltracker.serving.health.VendorHealthMiddleware",
    "evaltracker.serving.https.HttpsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
]
ROOT_URLCONF = "evaltracker.vendor_urls"
TEMPLATES = [
    {
        **TEMPLATES[0],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
            ]
        },
    }
]
REST_FRAMEWORK = {**REST_FRAMEWORK, "UNAUTHENTICATED_USER": None}
# Addresses of vendors are no ids; who was turned away is noted elsewhere.
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
# What a call ended with says it all; a line at its start would be as dear again.
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
# Nobody signs in here, and no cookie counts, so none can be misused (W003).
AUTHENTICATION_BACKENDS = []
SILENCED_SYSTEM_CHECKS = ["security.W003"]
DATABASES = {"default": vendor_database()}
# Its own part of Redis, and nothing else of it (deploy/redis/redis.conf).
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "throttle": cache("vendor"),
    "process": CACHES["process"],
}
