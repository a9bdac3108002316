"""The product with real services, a short lease and a quick beat, for faults."""

import os

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.notices"]
CELERY_BROKER_URL = os.environ["REDIS_URL"]
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 2,
    "socket_connect_timeout": 2,
    "visibility_timeout": 3600,
}
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "evaltracker.notices.tasks.sweep",
        "schedule": 1.0,
        "options": {"expires": 1},
    },
}
# Of the tests above that run in one process a broker in memory is enough; here not.
CACHES = {
    name: {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": name}
    for name in ("default", "process")
}
DATABASES["default"]["CONN_MAX_AGE"] = None
NOTICE_LEASE_SECONDS = int(os.environ.get("LEASE", "6"))
