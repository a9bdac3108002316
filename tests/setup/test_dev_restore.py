"""./dev restore: what it asks compose to do, and that a refusal ends it at once."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Stands for the program of that name: writes down what it is asked, and ends with 2
# where the file names the service.
DOCKER = """#!/bin/sh
[ "$2" = version ] || echo "$*" >>"$ASKED"
case " $* " in *" --rm ${REFUSES:-nobody} "*) exit 2 ;; esac
"""


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    program = tmp_path / "bin" / "docker"
    program.parent.mkdir()
    program.write_text(DOCKER)
    program.chmod(0o755)
    return tmp_path / "asked"


def restore(
    calls: Path, *arguments: str, **env: str
) -> subprocess.CompletedProcess[str]:
    path = f"{calls.parent / 'bin'}:{os.environ['PATH']}"
    return subprocess.run(
        [ROOT / "dev", "restore", *arguments],
        env={"PATH": path, "HOME": str(calls.parent), "ASKED": str(calls), **env},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_fetches_restores_migrates_and_verifies_in_turn(calls: Path) -> None:
    until = "2026-11-29T04:15:06Z"
    done = restore(calls, "latest", "--from-offsite", "--until", until)
    assert done.returncode == 0, done.stderr
    manage = "compose run --rm --no-deps worker python manage.py"
    assert calls.read_text().splitlines() == [
        "compose run --rm fetch latest",
        f"compose run --rm restore latest --until {until}",
        "compose up --detach --wait db",
        "compose run --rm migrate",
        f"{manage} verify_journal --tables",
        f"{manage} verify_ledger",
        f"{manage} verify_files",
    ]


@pytest.mark.parametrize("service", ["fetch", "restore"])
def test_nothing_follows_what_was_refused(calls: Path, service: str) -> None:
    done = restore(calls, "latest", "--from-offsite", REFUSES=service)
    assert done.returncode == 2
    assert calls.read_text().splitlines()[-1] == f"compose run --rm {service} latest"


@pytest.mark.parametrize("arguments", [[], ["latest", "--until"], ["latest", "--over"]])
def test_what_is_not_understood_is_told_in_a_sentence(
    calls: Path, arguments: list[str]
) -> None:
    done = restore(calls, *arguments)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert not calls.exists()
