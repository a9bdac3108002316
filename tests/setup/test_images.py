"""`./dev images` pins each base image to the digest that its tag has now.

What answers for the registry here is a program of the test's.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = (
    *("dev", "docker-compose.yml", "Dockerfile"),
    *("deploy/two-hosts/base.yml", "deploy/two-hosts/Dockerfile"),
)
NAMES = {
    *("nginx:1.28", "certbot/certbot:v4.0.0", "postgres:18", "redis:8"),
    *("python:3.13-slim-trixie", "debian:13-slim"),
}
IMAGE = re.compile(
    r"^(?: *image: |ARG BASE=|FROM )((?!evaltracker)[\w./-]+:[\w.-]+)(@\S+)?$", re.M
)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """What the command reads and writes, and a `docker` that knows no registry yet."""
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "bin").mkdir()
    registry(tmp_path, "exit 1")
    return tmp_path


def registry(copy: Path, answer: str) -> None:
    docker = copy / "bin" / "docker"
    docker.write_text(f"#!/bin/sh\n{answer}\n")
    docker.chmod(0o755)


def dev(copy: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = f"{copy / 'bin'}:{os.environ['PATH']}"
    return subprocess.run(
        [copy / "dev", "images", *arguments],
        env={"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def images(copy: Path) -> set[tuple[str, str]]:
    """Every image that is named, and its digest."""
    texts = [(copy / name).read_text() for name in FILES[1:]]
    return {found for text in texts for found in IMAGE.findall(text)}


def test_all_are_pinned_and_pinned_anew(copy: Path) -> None:
    for digit in "ab":
        digest = "sha256:" + digit * 64
        registry(copy, f'[ "$1 $2 $3" = "buildx imagetools inspect" ] && echo {digest}')
        done = dev(copy)
        assert done.returncode == 0, done.stderr
        assert {name for name, _ in images(copy)} >= NAMES
        assert {pin for _, pin in images(copy)} == {f"@{digest}"}
        assert dev(copy, "--check").returncode == 0
    compose = (copy / "docker-compose.yml").read_text()
    assert "image: evaltracker:${EVALTRACKER_TAG:-local}\n" in compose
    assert os.access(copy / "dev", os.X_OK)


@pytest.mark.parametrize(
    "answer",
    [
        "exit 1",
        "echo no digest",
        f"case $4 in redis:8) exit 1;; *) echo sha256:{'c' * 64};; esac",
    ],
)
def test_without_every_answer_nothing_is_changed(copy: Path, answer: str) -> None:
    before = images(copy)
    registry(copy, answer)
    done = dev(copy)
    assert done.returncode == 1
    assert "nothing was changed" in done.stderr
    assert images(copy) == before


def test_what_is_not_pinned_is_named(copy: Path) -> None:
    redis = copy / "docker-compose.yml"
    text = re.sub(r"image: redis:8(@\S+)?", "image: redis:8", redis.read_text())
    redis.write_text(text)
    done = dev(copy, "--check")
    assert done.returncode == 1
    assert "redis:8\n" in done.stderr
