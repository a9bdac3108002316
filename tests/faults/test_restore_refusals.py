"""What cannot be restored: one sentence, exit code 2, and nothing is touched."""

import hashlib
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.faults.restoring import Backups, tree
from tests.programs import not_run
from tests.services import postgres_binaries, postgres_version

NAME, STREAM = "2026-11-26T031500Z", "2026-11-20T000000Z"
ENDED, LAST = "2026-11-26T03:15:30.000000Z", "2026-11-28T10:00:00.000000Z"


@cache
def version() -> int:
    """Which PostgreSQL is here; 0 if none."""
    binaries = postgres_binaries()
    return postgres_version(binaries) if binaries else 0


@pytest.fixture
def backups(tmp_path: Path) -> Backups:
    """A base with its stream and a file, as far as they are looked at first."""
    if not version():
        pytest.skip(not_run("postgres"))
    about = f"stream={STREAM}\nfirst=000000010000000000000002\nversion={version()}\n"
    made = Backups(tmp_path)
    base, index = made.home / NAME, made.home / "index"
    file = made.home / "files" / "media" / "proof.pdf"
    for folder in (base, index, made.home / "streams" / STREAM, file.parent):
        folder.mkdir(parents=True)
    (base / "about").write_text(f"{about}ended={ENDED}\n")
    (base / "base.tar.gz").write_bytes(b"of a cluster")
    sums = [
        f"{hashlib.sha256((base / name).read_bytes()).hexdigest()}  {name}\n"
        for name in ("about", "base.tar.gz")
    ]
    (base / "SHA256SUMS").write_text("".join(sums))
    # The last line was cut short by a crash.
    (index / STREAM).write_text(f"{ENDED} 0/1\n{LAST} 0/2\n2026-11-29T10:0")
    file.write_text("proof")
    digest = hashlib.sha256(b"proof").hexdigest()
    (index / "sums").write_text(f"{digest}  media/proof.pdf\n")
    return made


def alter_base(backups: Backups) -> None:
    (backups.home / NAME / "base.tar.gz").write_bytes(b"of b cluster")


def alter_file(backups: Backups) -> None:
    (backups.home / "files" / "media" / "proof.pdf").write_text("other")


def lose_stream(backups: Backups) -> None:
    (backups.home / "index" / STREAM).write_text("")


def dump(backups: Backups) -> None:
    (backups.home / NAME / "about").unlink()


def fill_cluster(backups: Backups) -> None:
    (backups.folder / "new" / "cluster").mkdir(parents=True)
    (backups.folder / "new" / "cluster" / "PG_VERSION").write_text("18")


def fill_files(backups: Backups) -> None:
    (backups.folder / "new" / "data" / "media").mkdir(parents=True)
    (backups.folder / "new" / "data" / "media" / "theirs.pdf").write_text("theirs")


def age(backups: Backups) -> None:
    base = backups.home / NAME
    about = (base / "about").read_text().replace(f"version={version()}", "version=9")
    (base / "about").write_text(about)
    digest = hashlib.sha256(about.encode()).hexdigest()
    (base / "SHA256SUMS").write_text(f"{digest}  about\n")


def nothing(backups: Backups) -> None:
    pass


@pytest.mark.parametrize(
    ("change", "arguments", "sentence"),
    [
        (
            nothing,
            ["2020-01-01T000000Z"],
            "There is no backup 2020-01-01T000000Z; {}",
        ),
        (nothing, [], f"There is no backup without a name; there are: {NAME}."),
        (nothing, [NAME, "--until"], "--until needs a time"),
        (nothing, [NAME, "--until", "teatime"], '"teatime" is no time'),
        (nothing, [NAME, "--over"], 'There is no flag "--over"'),
        (nothing, [NAME, "--until", "2026-11-26T03:15:00Z"], "is outside of it."),
        (nothing, ["latest", "--until", "2026-11-28T10:00:01Z"], f"to {LAST}, and"),
        (alter_base, [NAME], "is not what was written: its sums differ"),
        (alter_file, [NAME], "files of the backups are not what was written"),
        (lose_stream, [NAME], "The stream of 2026-11-26T031500Z is not there"),
        (age, [NAME], "is of PostgreSQL 9, which alone restores it"),
        (dump, [NAME], "is a dump of a former version"),
        (fill_cluster, [NAME], "is not empty, so nothing was restored"),
        (fill_files, [NAME], "so nothing was restored"),
    ],
)
def test_it_is_told_in_a_sentence_and_nothing_is_touched(
    backups: Backups,
    change: Callable[[Backups], None],
    arguments: list[str],
    sentence: str,
) -> None:
    change(backups)
    (backups.folder / "new" / "data").mkdir(parents=True, exist_ok=True)
    before = tree(backups.folder)
    done = backups.restore(*arguments, into=backups.folder / "new", password="new")
    assert_refused(done, sentence.format(f"there are: {NAME}."))
    assert tree(backups.folder) == before


def assert_refused(done: subprocess.CompletedProcess[str], sentence: str) -> None:
    assert done.returncode == 2, done.stderr
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert not done.stdout
