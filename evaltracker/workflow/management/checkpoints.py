"""Where a check of the journals ended, kept in a file so that the next goes on there.

It holds commitments and no values: whoever reads it guesses no price. Whoever may write
it and the database fools the next check, so it is kept where anchors are kept.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from django.core.management.base import CommandError

from evaltracker.evaluations.commitments import Commitment
from evaltracker.evaluations.models import Evaluation
from evaltracker.evaluations.tables import Said
from evaltracker.workflow.management.anchors import Anchor

FORMAT = "evaltracker-checkpoint-1"


@dataclass(slots=True)
class Checkpoint:
    """What is kept of each evaluation, by its id; without a path nothing is."""

    path: Path | None
    kept: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def at(cls, path: str | None) -> Self:
        """The checkpoint in a file, empty if the file is not there yet.

        Raises:
            CommandError: it is another kind of file, or cannot be read.

        """
        if path is None:
            return cls(None)
        file = Path(path)
        try:
            document = json.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return cls(file)
        except (OSError, ValueError) as error:
            raise CommandError(f"{path} cannot be read as a checkpoint.") from error
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise CommandError(f"{path} is no checkpoint of this version. Remove it.")
        return cls(file, document["journals"])

    def begin(
        self, evaluation: Evaluation, since: Anchor | None, said: Said
    ) -> tuple[Anchor | None, Said]:
        """Where to begin, and what the entries up to there said."""
        kept = self.kept.get(str(evaluation.pk))
        if kept is None:
            return since, said
        rows = {
            (label, key): (number, Commitment(version, digest, shorts))
            for label, key, number, version, digest, shorts in kept["rows"]
        }
        whole, uncovered = kept["is_whole"], kept["uncovered"]
        again = Said(rows=rows, is_whole=whole, uncovered=uncovered)
        return (kept["number"], kept["hash"]), again

    def keep(self, evaluation: Evaluation, anchor: Anchor | None, said: Said) -> None:
        """Remember where the check of an evaluation ended."""
        if self.path is None or anchor is None:
            return
        self.kept[str(evaluation.pk)] = {
            "number": anchor[0],
            "hash": anchor[1],
            "is_whole": said.is_whole,
            "uncovered": said.uncovered,
            "rows": [
                [*key, number, *asdict(commitment).values()]
                for key, (number, commitment) in said.rows.items()
            ],
        }

    def write(self) -> None:
        """Write it anew, all of it or not at all."""
        if self.path is None:
            return
        aside = self.path.with_name(f"{self.path.name}.new")
        document = {"format": FORMAT, "journals": self.kept}
        aside.write_text(json.dumps(document), encoding="utf-8")
        aside.replace(self.path)
