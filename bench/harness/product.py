"""The product as it is served in production, on a database of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from bench.harness.place import ROOT, Place

ROLE, APP, PASSWORD = "evaltracker_vendor", "evaltracker_app", "only-for-this-run"


@dataclass(frozen=True, slots=True)
class Product:
    """An installation: its environment, and the processes that it can start."""

    place: Place
    env: dict[str, str]

    def manage(self, *arguments: str) -> None:
        """Run `manage.py`, which has to succeed."""
        command = [sys.executable, "manage.py", *arguments]
        subprocess.run(command, cwd=ROOT, env={**os.environ, **self.env}, check=True)

    def serve(self, **more: str) -> str:
        """The address of the web process; its pages need their static files."""
        self.manage("collectstatic", "--noinput", "-v0")
        env = {**self.env, "DATABASE_URL": self.app_url}
        return self.place.serve("evaltracker.wsgi", {**env, **more})

    @property
    def app_url(self) -> str:
        """The database for web, worker and beat; `env` names the owner's login."""
        parts = urlsplit(self.env["DATABASE_URL"])
        where = f"{parts.hostname}:{parts.port}{parts.path}"
        return f"postgresql://{APP}:{PASSWORD}@{where}"

    def harden(self) -> None:
        """Make the roles of the processes."""
        owner = self.env["DATABASE_URL"]
        env = {"DATABASE_URL": self.app_url, "OWNER_DATABASE_URL": owner}
        replace(self, env={**self.env, **env}).manage("harden_database")

    def serve_vendors(self, **more: str) -> str:
        """The address of the vendor process, with its own key, role and settings."""
        env = {
            name: value for name, value in self.env.items() if name != "DATABASE_URL"
        }
        env |= {
            "DJANGO_SETTINGS_MODULE": "evaltracker.vendor_settings",
            "SECRET_KEY": "the vendor process has its own " + "x" * 50,
            "REDIS_URL": f"{self.place.redis.rsplit('/', 1)[0]}/1",
        }
        return self.place.serve("evaltracker.wsgi", {**env, **more})


@contextmanager
def product(here: Place) -> Iterator[Product]:
    """A migrated installation with the wall; this process can use its models.

    The site is one without TLS, and is otherwise as in production.
    """
    url = here.database("product")
    parts = urlsplit(url)
    vendor_url = f"postgresql://{ROLE}:{PASSWORD}@{parts.hostname}:{parts.port}/product"
    env = {
        "DJANGO_SETTINGS_MODULE": "evaltracker.settings",
        "SECRET_KEY": "only for this run " + "x" * 50,
        "SITE_URL": "http://localhost",
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "DATABASE_URL": url,
        "VENDOR_DATABASE_URL": vendor_url,
        "REDIS_URL": here.redis,
        "DATA_DIR": str(here.folder / "data"),
        "STATIC_ROOT": str(here.folder / "static"),
    }
    made = Product(here, env)
    (here.folder / "static").mkdir()
    made.manage("migrate", "--noinput", "-v0")
    made.harden()
    os.environ.update(env)
    import django

    django.setup()
    yield made
