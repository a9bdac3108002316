"""docker-compose.yml as compose understands it, with what ./dev env writes."""

import json
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.run_checks import find_compose

ROOT = Path(__file__).parents[2]
ALL_PROFILES = ("--profile=acme", "--profile=restore", "--profile=offsite")


def env_text(*flags: str) -> str:
    """The .env of an installation."""
    return subprocess.check_output([ROOT / "dev", "env-file", *flags], text=True)


def config(
    env_file: Path, *arguments: str, profiles: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """What compose says of the file with these variables."""
    return subprocess.run(
        [*find_compose(), "--env-file", str(env_file), *profiles, "config", *arguments],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin:/usr/local/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


@cache
def services() -> dict[str, Any]:
    """Every service, with all that it inherits and all variables in place."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "env"
        file.write_text(env_text())
        done = config(file, "--format=json", profiles=ALL_PROFILES)
    assert done.returncode == 0, done.stderr
    services: dict[str, Any] = json.loads(done.stdout)["services"]
    return services
