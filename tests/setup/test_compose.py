"""docker-compose.yml is whole with the secrets of ./dev env, and refuses without."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.run_checks import find_compose

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.compose


def config(env_file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*find_compose(), "--env-file", str(env_file), "config", "--quiet"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin:/usr/local/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    file = tmp_path / "env"
    file.write_bytes(subprocess.check_output([ROOT / "dev", "env-file"]))
    return file


def test_it_is_clean_with_what_dev_env_writes(env_file: Path) -> None:
    done = config(env_file)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "name",
    [
        *("SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD"),
        *("VENDOR_SECRET_KEY", "VENDOR_POSTGRES_PASSWORD"),
    ],
)
def test_no_secret_has_a_default(env_file: Path, name: str) -> None:
    lines = env_file.read_text().splitlines()
    env_file.write_text("\n".join(one for one in lines if not one.startswith(name)))
    done = config(env_file)
    assert done.returncode != 0
    assert "run ./dev env first" in done.stderr


def test_the_vendors_process_knows_no_secret_of_the_others(env_file: Path) -> None:
    shown = subprocess.check_output(
        [*find_compose(), "--env-file", str(env_file), "config", "--format=json"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin:/usr/local/bin"},
    )
    services = json.loads(shown)["services"]
    own = services["vendor-api"]["environment"]
    house = services["web"]["environment"]
    assert own["DJANGO_SETTINGS_MODULE"] == "evaltracker.vendor_settings"
    assert (
        own["VENDOR_DATABASE_URL"]
        == services["migrate"]["environment"]["VENDOR_DATABASE_URL"]
    )
    assert "DATABASE_URL" not in own
    assert own["SECRET_KEY"] != house["SECRET_KEY"]
    mounted = [one["target"] for one in services["vendor-api"]["volumes"]]
    assert mounted == ["/data/media/claim_files"]
    assert house["SERVE_VENDOR_API"] == "0"
