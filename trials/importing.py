"""One's own scores from a spreadsheet."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.importing.kinds import Column, RowsImport, register_import
from evaltracker.importing.reading import Reading
from evaltracker.importing.rows import RowLine, RowsPlan
from evaltracker.tabular import Workbook
from stakeholders.models import Stakeholder
from trials.imports.scores import COLUMNS, is_table, plan_scores_import
from trials.services.score_import import (
    KIND,
    import_scores,
    known_scores,
    scoring_parts,
    undo,
)
from vendors.policy import may_read_answers


@register_import
class Scores(RowsImport):
    """0 to 5 for a candidate in a category; nobody else sees them before the lock."""

    slug = KIND
    take_in = staticmethod(import_scores)
    take_back = staticmethod(undo)
    things = "scores"
    tab = "scores"
    may_skip = True
    needs = (
        "Your own scores: a list with a row each, or a matrix of candidates and "
        "categories. 0 is the worst, 5 the best; blank says nothing. Nobody else sees "
        "the file or the scores before you lock them."
    )
    columns = (
        Column("candidate", "Candidate", "Candidate", "Its name or alias.", "Acme ML"),
        Column("category", "Category", "Category", "As it is here.", "Training"),
        Column("value", "Score", "Score", "0 to 5.", "4"),
        Column("reason", "Reason", "Reason", "Why; others read it.", "Queues well."),
    )
    names = COLUMNS
    is_list = staticmethod(is_table)

    def allowed(self, user: User, evaluation: Evaluation) -> bool:
        scores = bool(scoring_parts(evaluation=evaluation, by=user))
        return scores and may_read_answers(user, evaluation)

    def more_fields(self, evaluation: Evaluation, user: User) -> dict[str, forms.Field]:
        """The reason of those without one; for which part, if there are several."""
        fields: dict[str, forms.Field] = {
            "reason": forms.CharField(
                required=False,
                max_length=2000,
                label="Reason, where the file says none",
            )
        }
        parts = scoring_parts(evaluation=evaluation, by=user)
        if len(parts) > 1:
            fields["part"] = forms.ChoiceField(
                choices=[(str(it.pk), it.get_role_display()) for it in parts],
                required=False,
                label="As which role",
            )
        return fields

    def plan(
        self, evaluation: Evaluation, user: User, book: Workbook, reading: Reading
    ) -> RowsPlan:
        """What the file would do."""
        part = part_for(evaluation, user, reading)
        return plan_scores_import(
            book,
            known_scores(stakeholder=part),
            reason=reading.more.get("reason", ""),
            skip_unknown=reading.skip_unknown,
            headers=reading.headers,
        )

    def apply(
        self,
        evaluation: Evaluation,
        user: User,
        plan: Any,
        reading: Reading,
        import_id: uuid.UUID | None = None,
    ) -> None:
        part = part_for(evaluation, user, reading)
        import_scores(stakeholder=part, plan=plan, by=user, import_id=import_id)

    def heads(self) -> tuple[str, ...]:
        return ("Candidate / category", "Score", "Reason")

    def cells(self, line: RowLine) -> Sequence[Any]:
        """What would be given."""
        return (line.name, line.values["value"], line.values["reason"])

    def lists(self, evaluation: Evaluation, user: User) -> Mapping[str, Sequence[str]]:
        """What may be scored."""
        parts = scoring_parts(evaluation=evaluation, by=user)
        known = known_scores(stakeholder=parts[0])
        return {
            "candidate": list(known.candidates),
            "category": list(known.categories),
            "value": [str(value) for value in range(6)],
        }


def part_for(evaluation: Evaluation, user: User, reading: Reading) -> Stakeholder:
    """The part for which the file speaks; the first one if nobody says which."""
    parts = scoring_parts(evaluation=evaluation, by=user)
    wanted = reading.more.get("part", "")
    return next((it for it in parts if str(it.pk) == wanted), parts[0])
