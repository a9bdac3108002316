"""Makes a dump for T56: `python -m tests.upgrade.dumping CHECKOUT VERSION`.

CHECKOUT is a clone at the version to keep. Its own commands migrate, load the demo and
harden the database; then vendors of the demo write over their API, through its own
vendor process. tests/data/upgrade/README.md says what comes out.
"""

import json
import lzma
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg

from tests.services import (
    free_port,
    postgres,
    postgres_client,
    service_folder,
)
from tests.waiting import comes

DATA = Path(__file__).resolve().parents[1] / "data" / "upgrade"
SLUG = "ml-platform"
# Each prints JSON; the installation's own services do the work.
OPEN_FOR_LONG = f"""
import datetime
from evaltracker.evaluations.models import Evaluation
from vendors.services.dialogue import move_claims_close
found = Evaluation.objects.get(slug="{SLUG}")
until = datetime.datetime(2099, 1, 1, tzinfo=datetime.UTC)
move_claims_close(evaluation=found, close_at=until, by=found.owner, reason="A fixture.")
"""
TOKENS = f"""
import json
from evaltracker.evaluations.journal import SYSTEM
from vendors.models import Candidate
from vendors.services.access import issue_token
invited = Candidate.objects.filter(
    evaluation__slug="{SLUG}", invited_at__isnull=False).order_by("name")[:3]
print(json.dumps([{{
    "vendor": each.vendor.name, "invitation": str(each.pk),
    "token": issue_token(vendor=each.vendor, label="fixture", by=SYSTEM)[1],
}} for each in invited]))
"""


def main(arguments: list[str]) -> int:
    """Write VERSION.sql.xz and VERSION.json beside the README."""
    checkout = Path(arguments[0]).resolve()
    version = arguments[1]
    with service_folder() as folder, postgres(folder) as server:
        home = server.rpartition("/")[0]
        with psycopg.connect(server, autocommit=True) as database:
            database.execute("CREATE DATABASE evaltracker")
        address = home.rpartition("@")[2]
        env = {
            **os.environ,
            "DEBUG": "1",
            "SECRET_KEY": "only for the dump " + "x" * 50,
            "SITE_URL": "http://localhost",
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "DATA_DIR": str(folder / "data"),
            "DATABASE_URL": f"{home}/evaltracker",
            "VENDOR_DATABASE_URL": "postgresql://evaltracker_vendor:only-for-the-dump"
            f"@{address}/evaltracker",
        }
        for command in (["migrate", "-v0"], ["load_demo"], ["harden_database"]):
            manage(checkout, env, *command)
        manage(checkout, env, "shell", "-v0", "-c", OPEN_FOR_LONG)
        said = manage(checkout, env, "shell", "-v0", "-c", TOKENS)
        vendors = json.loads(said.splitlines()[-1])
        write_as_vendors(checkout, env, vendors)
        dumped = subprocess.check_output(
            [
                postgres_client("pg_dump"),
                *("--no-owner", "--inserts", "--rows-per-insert=100"),
                f"--dbname={home}/evaltracker",
            ],
            text=True,
        )
    # Commands of psql, which whoever restores it with a driver does not know.
    plain = re.sub(r"^\\(un)?restrict .*\n", "", dumped, flags=re.MULTILINE)
    (DATA / f"{version}.sql.xz").write_bytes(lzma.compress(plain.encode(), preset=9))
    (DATA / f"{version}.json").write_text(json.dumps(vendors, indent=1) + "\n")
    return 0


def manage(checkout: Path, env: Mapping[str, str], *command: str) -> str:
    """What a command of that version printed."""
    return subprocess.check_output(
        [sys.executable, "manage.py", *command], cwd=checkout, env=env, text=True
    )


def write_as_vendors(
    checkout: Path, env: Mapping[str, str], vendors: list[dict[str, str]]
) -> None:
    """Claims and a question of each, through the version's own process."""
    port = free_port()
    serving = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "evaltracker.wsgi"),
            *("--config=python:evaltracker.serving.settings", "--workers=1"),
            f"--bind=127.0.0.1:{port}",
        ],
        cwd=checkout,
        env={**env, "DJANGO_SETTINGS_MODULE": "evaltracker.vendor_settings"},
    )
    try:
        await_port(f"http://127.0.0.1:{port}/readyz")
        for vendor in vendors:
            home = f"http://127.0.0.1:{port}/api/v1/invitations/{vendor['invitation']}/"
            token = vendor["token"]
            listed = call(f"{home}requirements/", token)
            for requirement in listed["results"][:20]:
                claim = {
                    "requirement": requirement["ref"],
                    "availability": "now",
                    "statement": f"Yes: {vendor['vendor']}",
                }
                call(f"{home}claims/", token, claim)
            call(f"{home}questions/", token, {"text": "How many users will there be?"})
    finally:
        serving.terminate()
        serving.wait(timeout=30)


def call(url: str, token: str, body: Mapping[str, Any] | None = None) -> Any:
    """What the API answers."""
    request = urllib.request.Request(
        url,
        data=json.dumps(body).encode() if body else None,
        headers={
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def await_port(url: str) -> None:
    """Come back when the process answers."""

    def answers() -> bool:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            return False
        return True

    if not comes(answers):
        raise SystemExit(f"{url} does not answer")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
