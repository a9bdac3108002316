"""Rows that are pasted into a grid come in as an import does."""

from collections.abc import Mapping
from typing import Any, ClassVar

from evaltracker.errors import Refused
from evaltracker.evaluations.models import Evaluation, Import, User
from evaltracker.importing.kinds import KINDS
from evaltracker.importing.services.imports import import_pasted, undo_import
from evaltracker.pages.grid_paste import what_to_ask
from evaltracker.rows.plan import ImportPlan


class PastesImport:
    """For a grid of an evaluation: what is pasted is read by a kind of import."""

    imports: ClassVar[str] = ""

    def paste(
        self,
        subject: Evaluation,
        text: str,
        answers: Mapping[str, str],
        shown: str,
        by: User,
    ) -> dict[str, Any]:
        taken = import_pasted(KINDS[self.imports], subject, by, text, answers, shown)
        if isinstance(taken, ImportPlan):
            return what_to_ask(taken, answers)
        if taken is None:
            return {"sentence": "0 added: all of it is there."}
        new = taken.counts.get("new", 0)
        changed = taken.counts.get("changed", 0)
        summary = f"{new} added." + f" {changed} changed." * bool(changed)
        return {"sentence": summary, "undo": str(taken.pk)}

    def unpaste(self, subject: Evaluation, token: Any, by: User) -> None:
        imports = Import.objects.visible_to(by).filter(evaluation=subject)
        imported = imports.filter(kind=self.imports, pk=str(token)).first()
        if imported is None:
            raise Refused("You can't undo this any more.")
        undo_import(imported=imported, by=by)
