"""The product's own settings; only the tick and the lease may be shorter."""

import os

from evaltracker.settings import *  # noqa: F403
from evaltracker.settings import CELERY_BEAT_SCHEDULE, STORAGES

TICK = float(os.environ.get("TICK", "30"))
CELERY_BEAT_SCHEDULE["sweep"] |= {"schedule": TICK, "options": {"expires": TICK}}
NOTICE_LEASE_SECONDS = int(os.environ.get("LEASE", "60"))
# Nothing was collected for a test.
STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
