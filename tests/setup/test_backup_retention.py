"""Which backups are kept, and when the newest is too old."""

import datetime
import hashlib
import os
import time
from pathlib import Path

from tests.faults.restoring import Backups

STREAM = "2026-09-01T000000Z"


def segment(day: int) -> str:
    """What the database wrote on that day."""
    return f"0000000100000000{day:08X}"


def test_old_backups_go_and_the_newest_of_days_and_weeks_stay(tmp_path: Path) -> None:
    """60 days with two bases each: 7 days are left, and 5 weeks, and what of stream
    and deleted files they need."""
    backups = Backups(tmp_path)
    streams, index = backups.home / "streams" / STREAM, backups.home / "index"
    for folder in (streams, index, backups.home / "streams" / "2026-08-01T000000Z"):
        folder.mkdir(parents=True)
    (streams / "system").write_text("of the cluster")
    first, instants = datetime.date(2026, 9, 1), ""
    for day in range(60):
        date = first + datetime.timedelta(days=day)
        (streams / f"{segment(day)}.gz").touch()
        for clock in ("T031500Z", "T191500Z"):
            base = backups.home / f"{date}{clock}"
            base.mkdir()
            ended = f"{date}T03:16:00.000000Z"
            (base / "about").write_text(
                f"stream={STREAM}\nfirst={segment(day)}\nended={ended}\n"
            )
            instants += f"{ended} 0/{day}\n"
    (index / STREAM).write_text(instants)
    kept = {"there": "", "gone": "2026-10-10T000000Z", "old": "2026-09-30T000000Z"}
    for name in kept:
        for home in (tmp_path / "data", backups.home / "files"):
            (home / "media").mkdir(parents=True, exist_ok=True)
            (home / "media" / name).write_text(name)
    for name in ("gone", "old"):
        (tmp_path / "data" / "media" / name).unlink()
    sums = [f"{hashlib.sha256(n.encode()).hexdigest()}  media/{n}\n" for n in kept]
    (index / "sums").write_text("".join(sums))
    gone = [f"{since} media/{name}\n" for name, since in kept.items() if since]
    (index / "gone").write_text("".join(gone))
    done = backups.run("forget")
    assert done.returncode == 0, done.stderr
    days = [f"2026-10-{day}T191500Z" for day in range(24, 31)]
    weeks = [f"2026-10-{day:02}T191500Z" for day in (4, 11, 18)]
    assert backups.bases() == [*weeks, *days]
    assert [path.name for path in streams.parent.iterdir()] == [STREAM]
    # From 4 October on, day 33.
    segments = sorted(path.name for path in streams.glob("*.gz"))
    assert segments == [f"{segment(day)}.gz" for day in range(33, 60)]
    assert (index / STREAM).read_text() == instants[instants.index("2026-10-04") :]
    files = sorted(path.name for path in (backups.home / "files" / "media").iterdir())
    assert files == ["gone", "there"]
    assert (index / "sums").read_text() == "".join(sums[:2])
    assert (index / "gone").read_text() == gone[0]


def test_what_was_there_before_a_restore_stays_for_two_days(tmp_path: Path) -> None:
    """Else the first base of what was restored, perhaps wrongly, would end it."""
    backups = Backups(tmp_path)
    now = datetime.datetime.now(datetime.UTC)
    names = [f"{now - datetime.timedelta(hours=h):%Y-%m-%dT%H%M%SZ}" for h in (2, 1, 0)]
    for name in names:
        (backups.home / name).mkdir(parents=True)
    done = backups.run("forget")
    assert done.returncode == 0, done.stderr
    assert backups.bases() == names


def test_it_is_healthy_while_base_and_stream_are_young(tmp_path: Path) -> None:
    backups = Backups(tmp_path)
    backups.status.mkdir()
    assert backups.run("check").returncode != 0
    now = time.time()
    for base, stream, healthy in ((25, 0, True), (27, 0, False), (25, 1, False)):
        for name, hours in (("base", base), ("stream", stream)):
            (backups.status / name).touch()
            os.utime(backups.status / name, (now, now - 3600 * hours))
        assert (backups.run("check").returncode == 0) is healthy
