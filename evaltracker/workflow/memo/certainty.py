"""The draws of a memo as a pure function of its inputs, told as plain JSON."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from evaltracker.workflow.memo.counting import share_text
from trials import scoring
from trials.scoring.certainty import count_certainty
from trials.scoring.contenders import Field
from trials.scoring.draws import winning_shares
from trials.scoring.open_cells import OpenCell, Owed, RecordedCell
from trials.scoring.urns import Urn

# Fine enough that 0 and 1 are written only where they are exact.
FINE = 8


@dataclass(frozen=True, slots=True)
class Race:
    """All that the draws depend on.

    `told` is what the words around them say: how many cells are judged, the prior and
    each candidate's own record, as canonical JSON.
    """

    field: Field
    owed: Owed
    draws: int
    seed: int
    told: str

    @property
    def digest(self) -> str:
        """Equal only for races that are drawn and told alike."""
        return hashlib.sha256(repr(self).encode()).hexdigest()


type Draws = Callable[[Race], dict[str, Any] | None]


def race_of(inputs: dict[str, Any], field: Field) -> Race:
    """The race of frozen inputs between those who take part."""
    frozen = inputs["certainty"]
    needs = {row["ref"]: row for row in inputs["requirements"]}
    keys = [contender.key for contender in field.contenders]
    owed = Owed(
        cells=tuple(
            OpenCell(**decimals(row, needs))
            for row in frozen["open"]
            if row["candidate"] in keys
        ),
        recorded=tuple(
            RecordedCell(**decimals(row, needs))
            for row in frozen["recorded"]
            if row["candidate"] in keys
        ),
        urns=tuple((key, Urn(**frozen["candidates"][key]["urn"])) for key in keys),
    )
    told = {
        "prior": frozen["prior"],
        "own": {key: frozen["candidates"][key]["own"] for key in keys},
        "judged": sum(frozen["candidates"][key]["judged"] for key in keys),
        "unanswered": sum(frozen["candidates"][key]["unanswered"] for key in keys),
    }
    words = json.dumps(told, sort_keys=True)
    return Race(field, owed, frozen["draws"], frozen["seed"], words)


def decimals(row: dict[str, Any], needs: dict[str, Any]) -> dict[str, Any]:
    """A frozen cell with its category and weight, its credits read back."""
    need = needs[row["ref"]]
    return {
        **{
            name: Decimal(value)
            if name not in ("candidate", "ref", "knocks_out")
            else value
            for name, value in row.items()
        },
        "category": need["category"],
        "weight": Decimal(need["weight"]),
    }


def draw_all(race: Race) -> dict[str, Any]:
    """Both shares of each candidate, who is knocked out how often, and what to test.

    `wins` rests on the weights alone, `all_wins` on the open verdicts too; `next` are
    the open cells that decide some draw, `idle` how many decide none.
    """
    drawn: dict[str, Any] = json.loads(_drawn(race))
    return drawn


@lru_cache(maxsize=16)
def _drawn(race: Race) -> str:
    """The draws as JSON, kept for whoever asks for the same race soon again."""
    found = count_certainty(race.field, race.owed, race.draws, race.seed)
    wins = winning_shares(race.field, race.draws, race.seed)
    deciding = [chance for chance in found.chances if chance.share]
    waiting = dict.fromkeys(wins, 0)
    for cell in race.owed.recorded:
        waiting[cell.candidate] += 1
    told = {
        **json.loads(race.told),
        "open": len(race.owed.cells),
        "recorded": {key: number for key, number in waiting.items() if number},
        "wins": {key: share_text(share) for key, share in wins.items()},
        "all_wins": {key: fine(share) for key, share in found.wins.items()},
        "nobody": fine(found.nobody),
        "knocked_out": {key: fine(share) for key, share in found.knocked_out.items()},
        "next": [
            {"id": chance.candidate, "ref": chance.ref, "chance": fine(chance.share)}
            for chance in deciding
        ],
        "idle": len(found.chances) - len(deciding),
    }
    return json.dumps(told)


def fine(share: Fraction) -> str:
    """A share as a decimal that is 0 or 1 only if it is exactly that."""
    return f"{scoring.rounded(share, FINE):f}"
