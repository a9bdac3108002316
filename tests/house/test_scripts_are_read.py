"""Every script of ours can be read by an engine; a merge has broken one silently."""

import subprocess
from pathlib import Path

import pytest
from playwright._impl._driver import compute_driver_executable

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "evaltracker" / "static" / "evaltracker").glob("*.js"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_it_has_no_error_of_syntax(script: Path) -> None:
    node, _ = compute_driver_executable()
    read = subprocess.run(
        [node, "--check", script], capture_output=True, text=True, check=False
    )
    assert read.returncode == 0, read.stderr
