"""The product's settings with what only tests want: quick, and nothing leaves."""

import atexit
import os
import shutil
import tempfile

os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 50)
os.environ.setdefault("SITE_URL", "http://testserver")
os.environ.setdefault("VENDOR_SITE_URL", "http://testserver")
os.environ.setdefault("VENDOR_PAGES_KEY", "only-for-tests-of-pages")
os.environ.setdefault("ALLOWED_HOSTS", "testserver,localhost,127.0.0.1")
# Most tests are about other things than a second factor; those of it ask for one.
os.environ.setdefault("REQUIRE_SECOND_FACTOR", "0")
if "DATA_DIR" not in os.environ:
    # Parallel workers inherit the folder; only its maker takes it away again.
    os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="evaltracker-tests-")
    atexit.register(shutil.rmtree, os.environ["DATA_DIR"], ignore_errors=True)

from evaltracker.environment import DATA_DIR, REDIS_URL
from evaltracker.settings import *  # noqa: F403
from evaltracker.settings import CACHES, DATABASES, MIDDLEWARE, STORAGES

# Looks at what every request of every test writes (T33), where who asks is known.
_who = MIDDLEWARE.index("django.contrib.auth.middleware.AuthenticationMiddleware")
MIDDLEWARE = [
    *MIDDLEWARE[: _who + 1],
    "tests.witness.WitnessMiddleware",
    *MIDDLEWARE[_who + 1 :],
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# A live server's threads end without closing what they keep, and the test database
# could not be dropped.
DATABASES["default"]["CONN_MAX_AGE"] = 0
# What a test writes is in its transaction; tests of processes count apart.
DATABASES.pop("counters", None)
# Parallel workers share a Redis, not what they count in it.
if REDIS_URL:
    _worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    CACHES["throttle"]["LOCATION"] = f"{REDIS_URL.rsplit('/', 1)[0]}/{1 + _worker % 15}"
# A test reads what it has just written, whoever wrote it.
COUNT_AGAIN_SECONDS = 0
# Each worker has its own files: a chore on a day to come clears what others just wrote.
MEDIA_ROOT = DATA_DIR / os.environ.get("PYTEST_XDIST_WORKER", "gw0") / "media"
# Empty, but there: whitenoise warns of a folder that is not.
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {}
# A receiver of a test listens here, without TLS.
WEBHOOK_INTERNAL_HOSTS = ["127.0.0.1"]
