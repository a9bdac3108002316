"""Runs of a file of before, which says of each whether it was left out, come in."""

import uuid
from typing import Any

from trials.portable import move_left_out


def test_runs_that_were_left_out_become_rows_of_their_own() -> None:
    counts, out = ({"id": str(uuid.uuid4()), "report": "r"} for _ in range(2))
    nothing = {"left_out_at": None, "left_out_by": None, "left_out_reason": ""}
    said = {"left_out_at": "2026-11-27T10:15:00+00:00", "left_out_by": "lina"}
    runs = [{**counts, **nothing}, {**out, **said, "left_out_reason": "Warm-up."}]
    document: dict[str, Any] = {"runs": runs}
    move_left_out(document)
    assert document["runs"] == [counts, out]
    (row,) = document["left_out_runs"]
    assert uuid.UUID(row.pop("id"))
    assert row == {**said, "report": "r", "run": out["id"], "reason": "Warm-up."}
