"""Which backups are kept, and when the newest is too old."""

import datetime
from pathlib import Path

from tests.faults.restoring import back_up

NOWHERE = "postgresql://nobody@localhost/none"


def test_old_backups_go_and_the_newest_of_days_and_weeks_stay(tmp_path: Path) -> None:
    """60 days with two each: 7 days are left, and 5 weeks."""
    first = datetime.date(2026, 9, 1)
    for day in range(60):
        date = first + datetime.timedelta(days=day)
        for time in ("T031500Z", "T191500Z"):
            (tmp_path / f"{date}{time}").mkdir()
    assert back_up(NOWHERE, tmp_path, tmp_path, "forget").returncode == 0
    left = sorted(folder.name for folder in tmp_path.iterdir())
    days = [f"2026-10-{day}T191500Z" for day in range(24, 31)]
    weeks = [f"2026-10-{day:02}T191500Z" for day in (4, 11, 18)]
    assert left == [*weeks, *days]
    assert back_up(NOWHERE, tmp_path, tmp_path, "check").returncode != 0
    fresh = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=25)
    (tmp_path / f"{fresh:%Y-%m-%dT%H%M%SZ}").mkdir()
    assert back_up(NOWHERE, tmp_path, tmp_path, "check").returncode == 0
