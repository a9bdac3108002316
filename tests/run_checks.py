"""Everything that can be judged without running the product.

`./dev check` calls this. All checks run, so that one reading shows all that is wrong;
with arguments only the checks of these names. With CI set none may be missing.
"""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
OURS = ["evaltracker", "stakeholders", "vendors", "trials", "tests", "bench"]
CATALOGUES = "tests/vendors/languages/test_catalogues.py"
# A production installation as it should be: whatever warns here warns there.
PRODUCTION = {
    "SECRET_KEY": secrets.token_urlsafe(64),
    "SITE_URL": "https://evaltracker.example.org",
    "NUM_PROXIES": "1",
    "ALLOWED_HOSTS": "evaltracker.example.org",
    "EMAIL_URL": "smtp+tls://user:password@mail.example.org:587",
    "VENDOR_DATABASE_URL": "postgresql://vendor:password@db.example.org/evaltracker",
    "DEMO": "0",
    "DEBUG": "0",
}


def checks(folder: Path) -> dict[str, list[str]]:
    """The command of each check, by name."""
    python = [sys.executable, "manage.py"]
    deploy = [*python, "check", "--deploy", "--fail-level", "WARNING"]
    present = [name for name in OURS if (ROOT / name).is_dir()]
    commands = {
        "lint": [f"{BIN}/ruff", "check", "--quiet", "."],
        "format": [f"{BIN}/ruff", "format", "--check", "--quiet", "."],
        "types": [f"{BIN}/mypy", "--no-error-summary", *present],
        "imports": [f"{BIN}/lint-imports", "--no-logo"],
        "migrations": [*python, "makemigrations", "--check", "--dry-run"],
        # What vendors read, in all their languages.
        "words": [sys.executable, "-m", "pytest", "--quiet", "-n0", CATALOGUES],
        "public-face": [sys.executable, "-m", "tests.public_face"],
        "deployment": deploy,
        "vendor-api": [*deploy, "--settings", "evaltracker.vendor_settings"],
        "templates": [
            *[f"{BIN}/djlint", "--lint", "--quiet", "--allow-empty-input"],
            *[name for name in present if name not in ("tests", "bench")],
        ],
    }
    if compose := find_compose():
        env_file = folder / "env"
        env_file.write_bytes(subprocess.check_output([ROOT / "dev", "env-file"]))
        commands["compose"] = [*compose, "--env-file", str(env_file), "config", "-q"]
    return commands


def find_compose() -> list[str]:
    """The compose command of this machine; empty when it has none."""
    for command in (["docker", "compose"], ["docker-compose"]):
        if not shutil.which(command[0]):
            continue
        tried = subprocess.run([*command, "version"], capture_output=True, check=False)
        if tried.returncode == 0:
            return command
    return []


def run(name: str, command: Sequence[str], env: dict[str, str]) -> bool:
    """Run one check; its output only when it fails."""
    began = time.monotonic()
    say(f"{name:12} ", end="")
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    good = done.returncode == 0
    say(f"{'ok' if good else 'FAILED'} ({time.monotonic() - began:.1f} s)")
    if not good:
        say(done.stdout.rstrip())
    return good


def say(text: str, end: str = "\n") -> None:
    """Tell the person at the terminal, at once."""
    sys.stdout.write(text + end)
    sys.stdout.flush()


def main(wanted: Sequence[str]) -> int:
    """0 when every check that was asked for is satisfied."""
    with tempfile.TemporaryDirectory() as name:
        # In a folder of its own: a check must not touch anybody's data.
        env = {**os.environ, **PRODUCTION, "DATA_DIR": f"{name}/data"}
        for variable in ("DATABASE_URL", "REDIS_URL", "MEDIA_ROOT"):
            env.pop(variable, None)
        commands = checks(Path(name))
        if unknown := set(wanted) - set(commands):
            say(f"No such check here: {', '.join(sorted(unknown))}.")
            say(f"There are: {', '.join(commands)}")
            return 2
        chosen = {key: commands[key] for key in wanted or commands}
        failed = [key for key, command in chosen.items() if not run(key, command, env)]
    if not wanted:
        # For information; it never fails.
        sizes = [sys.executable, "-m", "tests.architecture.sizes"]
        subprocess.run(sizes, cwd=ROOT, check=True)
    if not wanted and "compose" not in commands:
        say("compose      NOT RUN: no docker compose on this machine")
        failed += ["compose"] if os.environ.get("CI") else []
    say(f"Failed: {', '.join(failed)}" if failed else "All checks passed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
