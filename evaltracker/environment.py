"""What the environment says, read once and typed; settings.py puts it in place."""

import importlib.util
import os
import secrets
from collections import ChainMap
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

# Secrets that stand in files, as Docker and Kubernetes hand them over.

# Each may be given by a file instead: the variable with _FILE names it.
SECRETS = (
    *("SECRET_KEY", "SECRET_KEY_FALLBACKS", "OIDC_CLIENT_SECRET"),
    *("DATABASE_URL", "OWNER_DATABASE_URL", "VENDOR_DATABASE_URL", "REDIS_URL"),
    *("EMAIL_URL", "SENTRY_DSN", "VENDOR_PAGES_KEY", "FILES_URL"),
)


def secrets_from_files(given: Mapping[str, str]) -> dict[str, str]:
    """The secrets that an environment names by files, without the end of a line.

    Raises:
        ImproperlyConfigured: one is given both ways, or its file holds none.
    """
    files = {name: given.get(f"{name}_FILE", "") for name in SECRETS}
    return {
        name: _read(name, file, given) for name, file in files.items() if file.strip()
    }


def _read(name: str, file: str, given: Mapping[str, str]) -> str:
    if given.get(name, ""):
        raise ImproperlyConfigured(
            f"Both {name} and {name}_FILE are set. Unset one of them."
        )
    try:
        secret = Path(file).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not text"
        raise ImproperlyConfigured(
            f"{name}_FILE names {file}, which cannot be read ({why}). Let the "
            "product's user read that file, or name another one."
        ) from error
    if not secret:
        raise ImproperlyConfigured(
            f"{name}_FILE names {file}, which is empty. Write the secret into it."
        )
    return secret


BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
env.ENVIRON = ChainMap(secrets_from_files(os.environ), os.environ)

DEMO = env.bool("DEMO", default=False)
DEBUG = env.bool("DEBUG", default=False)
PORT = env.int("PORT", default=8000)
# How many proxies stand before us; none is trusted unless said.
NUM_PROXIES = env.int("NUM_PROXIES", default=0)
# Off where a process of its own serves vendors (docs/isolation.md).
SERVE_VENDOR_API = env.bool("SERVE_VENDOR_API", default=True)
# Whatever the product writes lies below this one folder: that is what is backed up.
DATA_DIR = Path(
    env.str("DATA_DIR", default=str(BASE_DIR / "var" / ("demo" if DEMO else "data")))
)
try:
    DATA_DIR.mkdir(parents=True, exist_ok=True)
except OSError as error:
    raise ImproperlyConfigured(
        f"The data folder {DATA_DIR} cannot be made ({error.strerror}). Give the "
        "product a folder that it may write, by DATA_DIR."
    ) from error

# A server that vanished says nothing: it is given up after 25 s, not after hours.
POSTGRES_PATIENCE = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
REDIS_URL: str = env.str("REDIS_URL", default="")
REDIS_TIMEOUTS = {"socket_timeout": 2, "socket_connect_timeout": 2}


def secret_key() -> str:
    """The key from the environment; the demo makes its own and keeps it."""
    key: str = env.str("SECRET_KEY", default="")
    if key:
        return key
    if not DEMO:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set, so nothing can be signed safely. Run `./dev env` "
            "to write a .env file with a fresh one, or put a long random text into "
            "the environment variable SECRET_KEY; `./dev demo` needs none."
        )
    stored = DATA_DIR / "secret_key"
    if not stored.exists():
        # Whole or not at all: half a key would lock the next start out.
        fresh = DATA_DIR / "secret_key.new"
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(64))
        fresh.replace(stored)
    return stored.read_text()


def vendor_pages(site_url: str, secret_key: str) -> tuple[str, str]:
    """Where vendors answer in a browser (blank: nowhere), and the key of links
    and codes, which web, worker and vendor process share."""
    default_url = site_url if DEMO or DEBUG else ""
    site: str = env.str("VENDOR_SITE_URL", default=default_url)
    return site.rstrip("/"), env.str("VENDOR_PAGES_KEY", default="") or secret_key


def database(variable: str = "DATABASE_URL") -> dict[str, Any]:
    """PostgreSQL by DATABASE_URL, else SQLite that bears several writers."""
    sqlite = {"ENGINE": "django.db.backends.sqlite3", "NAME": DATA_DIR / "db.sqlite3"}
    config: dict[str, Any] = (
        env.db_url(variable) if env.str(variable, default="") else sqlite
    )
    # A socket's folder is written %2Fvar%2Frun where a host would stand.
    config["HOST"] = unquote(config.get("HOST", ""))
    config["ATOMIC_REQUESTS"] = True
    config["CONN_MAX_AGE"] = None
    config["CONN_HEALTH_CHECKS"] = True
    options = config.setdefault("OPTIONS", {})
    if config["ENGINE"].endswith("sqlite3"):
        # WAL alone still fails read-then-write transactions; IMMEDIATE queues them.
        options |= {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
            "PRAGMA foreign_keys=ON",
        }
        # A file, because only a file has WAL and locks as production has them.
        config["TEST"] = {"NAME": DATA_DIR / "test.sqlite3"}
    else:
        for name, value in POSTGRES_PATIENCE.items():
            options.setdefault(name, value)
    return config


def databases() -> dict[str, Any]:
    """The database, and on PostgreSQL a connection of its own for the cache's table.

    It is opened by the few requests that need it and closed at their end.
    """
    config = database()
    if not config["ENGINE"].endswith("postgresql"):
        return {"default": config}
    counters = {**config, "ATOMIC_REQUESTS": False, "CONN_MAX_AGE": 0}
    return {"default": config, "counters": counters}


def owner_database() -> dict[str, Any] | None:
    """The login of who owns the tables; None where DATABASE_URL is the owner's."""
    if not env.str("OWNER_DATABASE_URL", default=""):
        return None
    return database("OWNER_DATABASE_URL")


def vendor_database() -> dict[str, Any]:
    """The database as the vendor role, whose views and limits are its own settings."""
    config = database("VENDOR_DATABASE_URL")
    if not config["ENGINE"].endswith("postgresql"):
        raise ImproperlyConfigured(
            "A process for vendors alone needs a PostgreSQL role of its own, in "
            "VENDOR_DATABASE_URL; `manage.py harden_database` makes it. On SQLite "
            "the web process serves the vendor API too."
        )
    # Planning a statement behind all the policies takes longer than running it.
    config["OPTIONS"].setdefault("prepare_threshold", 1)
    return config


def cache(prefix: str = "evaltracker") -> dict[str, Any]:
    """Redis, else memory: without Redis there is one web process to share it.

    Redis lets each service at keys of its own `prefix` alone (deploy/redis).
    """
    if not REDIS_URL:
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    return {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": prefix,
        "OPTIONS": REDIS_TIMEOUTS,
    }


def mailer() -> dict[str, Any]:
    """SMTP by EMAIL_URL; the demo has no server and writes mails into a folder."""
    if DEMO and not env.str("EMAIL_URL", default=""):
        return {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(DATA_DIR / "mail")},
        }
    if (address := env.str("EMAIL_URL", default="")).startswith(PROVIDER):
        return provider(address)
    url = env.email_url("EMAIL_URL", default="smtp://localhost:25")
    if not url["EMAIL_BACKEND"].endswith("smtp.EmailBackend"):
        return {"BACKEND": url["EMAIL_BACKEND"]}
    return {
        "BACKEND": url["EMAIL_BACKEND"],
        "OPTIONS": {
            "host": url["EMAIL_HOST"] or "localhost",
            "port": url["EMAIL_PORT"] or 25,
            "username": url["EMAIL_HOST_USER"] or "",
            "password": url["EMAIL_HOST_PASSWORD"] or "",
            "use_tls": url.get("EMAIL_USE_TLS", False),
            "use_ssl": url.get("EMAIL_USE_SSL", False),
            "timeout": 10,
        },
    }


PROVIDER = "anymail+"
TOOLBOX = "evaltracker.toolbox"


def provider(url: str) -> dict[str, Any]:
    """A provider of django-anymail: anymail+postmark://?server_token=… and so on.

    What stands after the question mark is given to its backend, in lower case, as
    django-anymail's documentation names it.
    """
    parts = urlsplit(url)
    name = parts.scheme.removeprefix(PROVIDER).replace("-", "_")
    if importlib.util.find_spec(f"anymail.backends.{name}") is None:
        raise ImproperlyConfigured(
            f"EMAIL_URL names the provider “{name}”, which django-anymail does not "
            "know. Write it as anymail+mailgun://?api_key=…, or smtp://host:port."
        )
    return {
        "BACKEND": f"anymail.backends.{name}.EmailBackend",
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


def files(place: str) -> dict[str, Any]:
    """A folder (blank: MEDIA_ROOT) or a bucket, as docs/operations.md writes it."""
    if "://" not in place:
        if place:
            options = {"location": place}
        else:
            options = {}
        return {"BACKEND": f"{TOOLBOX}.files.WholeFileStorage", "OPTIONS": options}
    url = urlsplit(place)
    bucket, _, prefix = url.path.strip("/").partition("/")
    query = dict(parse_qsl(url.query))
    scheme = {"1": "https", "0": "http"}.get(query.pop("tls", "1"))
    region = query.pop("region", "us-east-1")
    known = url.scheme == "s3" and scheme and not query
    if not (known and url.username and url.password and url.hostname and bucket):
        raise ImproperlyConfigured(
            "FILES_URL is not understood. Write it as s3://KEY:SECRET@HOST/BUCKET"
            "?region=…, special characters of KEY and SECRET escaped (/ as %2F), or "
            "leave it blank to keep files below MEDIA_ROOT. Compose gives vendor-api "
            "the one that stands in VENDOR_FILES_URL."
        )
    return {
        "BACKEND": f"{TOOLBOX}.buckets.BucketStorage",
        "OPTIONS": {
            "access_key": unquote(url.username),
            "secret_key": unquote(url.password),
            "endpoint_url": f"{scheme}://{url.netloc.rpartition('@')[2]}",
            "bucket_name": bucket,
            "location": unquote(prefix),
            "region_name": region,
        },
    }


def broker_options() -> dict[str, Any]:
    """Redis that answers within 2 s or not at all, else folders on this machine."""
    if REDIS_URL:
        # Above the longest task, or a running one would be delivered again.
        return {**REDIS_TIMEOUTS, "visibility_timeout": 3600}
    queue = DATA_DIR / "broker" / "queue"
    queue.mkdir(parents=True, exist_ok=True)
    return {
        "data_folder_in": str(queue),
        "data_folder_out": str(queue),
        "control_folder": str(DATA_DIR / "broker" / "control"),
        "store_processed": False,
    }


def single_sign_on() -> dict[str, Any]:
    """allauth's providers: the company's, if the four OIDC_ variables name one."""
    names = ("OIDC_NAME", "OIDC_SERVER_URL", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
    settings = {name: env.str(name, default="") for name in names}
    missing = [name for name, value in settings.items() if not value]
    if len(missing) == len(names):
        return {}
    if missing:
        raise ImproperlyConfigured(
            f"Single sign-on needs {', '.join(missing)} too; docs/accounts.md says "
            "what each is. Unset all four to do without."
        )
    app = {
        "provider_id": "company",
        "name": settings["OIDC_NAME"],
        "client_id": settings["OIDC_CLIENT_ID"],
        "secret": settings["OIDC_CLIENT_SECRET"],
        "settings": {
            "server_url": settings["OIDC_SERVER_URL"],
            "oauth_pkce_enabled": True,
            # For providers that verify addresses and do not say so.
            "verified_email": env.list("OIDC_VERIFIED_DOMAINS", default=[]),
        },
    }
    return {"openid_connect": {"APPS": [app]}}
