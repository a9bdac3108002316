"""What runs on one host: `python -m tests.faults.living.host FOLDER`.

It is the first process there, so all others end with it.
"""

import os
import subprocess
import sys
from pathlib import Path

VENDORS = {"DJANGO_SETTINGS_MODULE": "evaltracker.vendor_settings"}
CELERY = [sys.executable, "-m", "celery", "--app", "evaltracker"]
WORKER = ["worker", "--concurrency=2", "--loglevel=INFO"]
WORKER += ["--without-gossip", "--without-mingle"]


def gunicorn(port: int) -> list[str]:
    where = f"--bind={os.environ['ADDRESS']}:{port}"
    command = [sys.executable, "-m", "gunicorn", "evaltracker.wsgi", where]
    config = "--config=python:evaltracker.serving.settings"
    return [*command, config, "--workers=2", "--graceful-timeout=2"]


def main(folder: Path) -> None:
    """Start all four, and be there until the power is lost."""
    # Both have a beat: a second one does no harm.
    for name, command, own in (
        ("web", gunicorn(8000), {}),
        ("vendor-api", gunicorn(8001), VENDORS),
        ("worker", [*CELERY, *WORKER], {}),
        ("beat", [*CELERY, "beat", "--pidfile="], {}),
    ):
        with (folder / f"{name}.log").open("ab") as log:
            subprocess.Popen(command, env={**os.environ, **own}, stdout=log, stderr=log)
    while True:
        os.wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
