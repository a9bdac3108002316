"""The whole product on this machine: prepares the demo's data, then runs it.

`./dev demo` calls this. Everything it writes lies in one folder (var/demo).
"""

import io
import json
import logging
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import MutableMapping
from pathlib import Path

from evaltracker.serving.supervise import Child, Supervisor, say

# Whatever these say is meant for another installation than the demo.
NOT_FOR_THE_DEMO = (
    "DATABASE_URL",
    "REDIS_URL",
    "DEBUG",
    "ALLOWED_HOSTS",
    "SITE_URL",
    "MEDIA_ROOT",
    "FILES_URL",
    "NUM_PROXIES",
    "REQUIRE_SECOND_FACTOR",
    "OIDC_NAME",
    "OIDC_SERVER_URL",
    "OIDC_CLIENT_ID",
    "OIDC_CLIENT_SECRET",
)
ADDRESS = "127.0.0.1"


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evaltracker.settings")
    port = _free_port(os.environ.get("PORT", "8000"))
    settle_environment(os.environ, port=port)
    data = prepare()
    say("Starting web, worker and beat …")
    python = sys.executable
    return Supervisor(
        children=[
            Child(
                name=name,
                command=[python, "-m", *command],
                log=data / f"log/{name}.log",
            )
            for name, command in commands(port).items()
        ],
        env=os.environ,
        on_tick=Greeter(port=port, data=data),
    ).run()


def settle_environment(env: MutableMapping[str, str], *, port: int) -> None:
    for name in NOT_FOR_THE_DEMO:
        env.pop(name, None)
    # The demo's worker reads JSON only, so running it as root is harmless.
    env.update(DEMO="1", PORT=str(port), C_FORCE_ROOT="1")


def commands(port: int) -> dict[str, list[str]]:
    celery = ["celery", "--app", "evaltracker", "--quiet"]
    return {
        "web": [
            *["gunicorn", "--config", "python:evaltracker.serving.settings"],
            *["--bind", f"{ADDRESS}:{port}", "--workers", "1"],
            *["--graceful-timeout", "5"],
        ],
        "worker": [
            *celery,
            *["worker", "--loglevel", "INFO", "--pool", "threads"],
            *["--concurrency", "2"],
            *["--without-gossip", "--without-mingle", "--without-heartbeat"],
        ],
        "beat": [*celery, "beat", "--loglevel", "INFO", "--pidfile="],
    }


def prepare() -> Path:
    import django
    from django.core.management import call_command

    django.setup()
    from django.conf import settings

    from evaltracker.evaluations.models import Evaluation

    data: Path = settings.DATA_DIR
    _log_to(data / "log/prepare.log")
    # Empty, but there: whitenoise warns of a folder that is not.
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    say(f"Preparing the database in {data} …")
    call_command("migrate", verbosity=0, interactive=False)
    if not Evaluation.objects.exists():
        say("Loading the demo evaluations (once, some seconds) …")
        logins = io.StringIO()
        # All or nothing, so an interrupted first start begins anew.
        call_command("load_demo", stdout=logins)
        (data / "logins.txt").write_text(logins.getvalue())
    # What fell due while it was off; else /readyz calls it late until beat's tick.
    call_command("send_notices", stdout=io.StringIO())
    return data


def _log_to(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a")
    for handler in logging.root.handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(file)


def _free_port(wanted: str) -> int:
    try:
        port = int(wanted)
        with socket.create_server((ADDRESS, port)):
            return port
    except (ValueError, OverflowError):
        sys.exit(f"PORT={wanted} is not a port number. Try: PORT=8001 ./dev demo")
    except OSError as error:
        sys.exit(
            f"Port {wanted} cannot be used ({error.strerror}); perhaps the demo is "
            "running already. Choose another one: PORT=8001 ./dev demo"
        )


class Greeter:
    """Asks /readyz until it answers, then says once where everything is."""

    def __init__(self, *, port: int, data: Path) -> None:
        self.port = port
        self.data = data
        self.ready = False
        self.grumble_at = time.monotonic() + 20

    def __call__(self) -> None:
        if self.ready:
            return
        trouble = self._trouble()
        if not trouble:
            self.ready = True
            self._greet()
        elif time.monotonic() > self.grumble_at:
            self.grumble_at = time.monotonic() + 20
            say(f"Still waiting: {trouble}. Logs are in {self.data / 'log'}")

    def _trouble(self) -> str:
        url = f"http://{ADDRESS}:{self.port}/readyz"
        try:
            with urllib.request.urlopen(url, timeout=2):  # our own http
                return ""
        except urllib.error.HTTPError as error:
            checks = json.loads(error.read() or b"{}")
            return ", ".join(f"{k}: {v}" for k, v in checks.items() if k != "ready")
        except OSError:
            return "the web process does not answer yet"

    def _greet(self) -> None:
        logins = self.data / "logins.txt"
        if logins.exists():
            say(f"\n{logins.read_text().strip()}")
        say(
            f"""
Evaltracker runs at http://localhost:{self.port}/
  data    {self.data} (kept; delete the folder to begin anew)
  mails   {self.data / "mail"} (the demo has no mail server, it writes files)
  logs    {self.data / "log"}
Ctrl-C stops all of it."""
        )


if __name__ == "__main__":
    sys.exit(main())
