"""The shipped proxy, deploy/proxy, as a process before other processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from tests.programs import SYSTEM, need_program, needs_program
from tests.services import free_port, service_folder
from tests.waiting import until

ROOT = Path(__file__).parents[2]
START = ROOT / "deploy" / "proxy" / "start.sh"
needs_nginx = needs_program("nginx")


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where it is reached."""

    http: str
    https: str
    own_certificates: Path


def proxy_env(folder: Path, **given: str) -> dict[str, str]:
    """What `START` is told: new folders below `folder`, and what is given."""
    places = {
        "RUN_FOLDER": folder / "run",
        "BODIES_FOLDER": folder / "bodies",
        "CERTIFICATES": folder / "certificates",
        "FETCHED_CERTIFICATES": folder / "acme",
        "CHALLENGES": folder / "challenges",
    }
    for place in places.values():
        place.mkdir()
    return {
        "PATH": f"{os.environ['PATH']}:{SYSTEM}",
        **{name: str(place) for name, place in places.items()},
        "ALLOWED_HOSTS": "localhost",
        "ACCESS_LOG": str(folder / "access.log"),
        **given,
    }


def certify(folder: Path) -> Path:
    """Put a certificate of localhost and its key there, as one's own; what calls that
    believe it are told to `verify` by."""
    certificate = folder / "fullchain.pem"
    openssl = need_program("openssl")
    make = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    make += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    make += ["-keyout", str(folder / "privkey.pem"), "-out", str(certificate)]
    subprocess.run(make, check=True, capture_output=True)
    return certificate


@contextmanager
def proxied(*, web: str, vendor_api: str) -> Iterator[Proxy]:
    """Run it before two upstreams, given as host:port."""
    with service_folder() as folder:
        # Where it runs as root its workers are another user, as in the container.
        folder.chmod(0o711)
        yield from _proxied(folder, web, vendor_api)


def _proxied(folder: Path, web: str, vendor_api: str) -> Iterator[Proxy]:
    plain, tls = free_port(), free_port()
    env = proxy_env(
        folder,
        HTTP_LISTEN=f"127.0.0.1:{plain}",
        HTTPS_LISTEN=f"127.0.0.1:{tls}",
        SITE_URL=f"https://localhost:{tls}",
        WEB_UPSTREAM=web,
        VENDOR_API_UPSTREAM=vendor_api,
        CERTIFICATE_SECONDS="0.2",
    )
    with (folder / "proxy.log").open("wb") as log:
        process = subprocess.Popen(
            [START],
            env=env,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        started = folder / "run" / "nginx.pid"
        until(lambda: process.poll() is not None or started.exists(), within=60)
        assert process.poll() is None, (folder / "proxy.log").read_text()
        yield Proxy(
            f"http://localhost:{plain}",
            f"https://localhost:{tls}",
            folder / "certificates",
        )
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=60)


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

    def answers() -> bool:
        assert process.poll() is None, f"{name} ended"
        try:
            requests.get(f"http://{where}/", timeout=5)
        except requests.RequestException:
            return False
        return True

    until(answers, within=60, what=f"{name} answers")
    return where
