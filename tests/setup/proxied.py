"""The shipped proxy, deploy/proxy, as a process before other processes."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from tests.services import free_port, service_folder

ROOT = Path(__file__).parents[2]
SYSTEM = "/usr/sbin:/usr/local/sbin:/usr/bin:/bin"
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:{SYSTEM}")
needs_nginx = pytest.mark.skipif(NGINX is None, reason="nginx is not installed here")


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where it is reached."""

    http: str
    https: str
    own_certificates: Path


@contextmanager
def proxied(*, web: str, vendor_api: str) -> Iterator[Proxy]:
    """Run it before two upstreams, given as host:port."""
    with service_folder() as folder:
        # Where it runs as root its workers are another user, as in the container.
        folder.chmod(0o711)
        yield from _proxied(folder, web, vendor_api)


def _proxied(folder: Path, web: str, vendor_api: str) -> Iterator[Proxy]:
    plain, tls = free_port(), free_port()
    for name in ("run", "bodies", "certificates", "acme", "challenges"):
        (folder / name).mkdir()
    env = {
        "PATH": f"{os.environ['PATH']}:{SYSTEM}",
        "RUN_FOLDER": str(folder / "run"),
        "BODIES_FOLDER": str(folder / "bodies"),
        "CERTIFICATES": str(folder / "certificates"),
        "FETCHED_CERTIFICATES": str(folder / "acme"),
        "CHALLENGES": str(folder / "challenges"),
        "HTTP_LISTEN": f"127.0.0.1:{plain}",
        "HTTPS_LISTEN": f"127.0.0.1:{tls}",
        "SITE_URL": f"https://localhost:{tls}",
        "ALLOWED_HOSTS": "localhost",
        "WEB_UPSTREAM": web,
        "VENDOR_API_UPSTREAM": vendor_api,
        "ACCESS_LOG": str(folder / "access.log"),
        "CERTIFICATE_SECONDS": "0.2",
    }
    with (folder / "proxy.log").open("wb") as log:
        process = subprocess.Popen(
            [ROOT / "deploy" / "proxy" / "start.sh"],
            env=env,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        until = time.monotonic() + 20
        while not (folder / "run" / "nginx.pid").exists():
            assert process.poll() is None, (folder / "proxy.log").read_text()
            assert time.monotonic() < until, "the proxy did not start"
            time.sleep(0.05)
        yield Proxy(
            f"http://localhost:{plain}",
            f"https://localhost:{tls}",
            folder / "certificates",
        )
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=10)


def gunicorn(stack: ExitStack, name: str) -> str:
    """Starts an application that answers with what it was sent; its host:port."""
    where = f"127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "gunicorn", f"--bind={where}", "--workers=1"]
    command += ["--config=python:evaltracker.serving.settings", "--log-level=error"]
    process = stack.enter_context(
        subprocess.Popen(
            [*command, "tests.setup.mirror:application"],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "MIRROR_NAME": name},
        )
    )
    stack.callback(process.terminate)
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            requests.get(f"http://{where}/", timeout=5)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return where
    raise AssertionError(f"{name} did not start")
