"""The frame page of an older revision, served from a worktree of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from bench.harness.place import ROOT, Place
from bench.harness.wire import Wire, get

REVISION = "798e31d"
OLD = f"frame of {REVISION}"
FOLDER = ROOT / "var" / f"frame-{REVISION}"
SEED = """
import django; django.setup()
from bench.seeds.matrix import wall
made = wall({across}, {down})
print(made.slug, made.cookie)
"""


def old_frame(here: Place, across: int, down: int) -> Callable[[], Any]:
    """Reads its brief of a purchase as large, on a database of its own."""
    if not FOLDER.exists():
        command = ["git", "worktree", "add", "--detach", str(FOLDER), REVISION]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    url = here.database("older")
    env = {
        **os.environ,
        "DATABASE_URL": url,
        "REDIS_URL": f"{here.redis.rsplit('/', 1)[0]}/2",
        "DATA_DIR": str(here.folder / "older"),
        "STATIC_ROOT": str(here.folder / "older-static"),
        "PYTHONPATH": str(FOLDER),
    }
    env.pop("OWNER_DATABASE_URL", None)
    parts = urlsplit(env["VENDOR_DATABASE_URL"])
    env["VENDOR_DATABASE_URL"] = parts._replace(path="/older").geturl()
    (here.folder / "older-static").mkdir()
    for arguments in (["migrate", "--noinput", "-v0"], ["collectstatic", "--noinput"]):
        _run([sys.executable, "manage.py", *arguments], env)
    seed = SEED.format(across=across, down=down)
    slug, cookie = _run([sys.executable, "-c", seed], env).split()[-2:]
    site = here.serve("evaltracker.wsgi", env, root=FOLDER)
    request = get(f"/admin/e/{slug}/brief/", Cookie=cookie)
    return Wire(site).caller(lambda: request, expect=200)


def _run(command: list[str], env: dict[str, str]) -> str:
    done = subprocess.run(command, cwd=FOLDER, env=env, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{REVISION}: {done.stderr[-2000:]}")
    return done.stdout
