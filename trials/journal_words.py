"""What the journal says of research, demos, trials, evidence and scores."""

from collections.abc import Collection
from typing import Any

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.workspace import JOURNAL, JournalPart, phrases_beside
from trials.models import Criterion, Demo, Milestone, Score, ScriptItem


def _of_candidates(model: Any, field: str, path: str) -> Any:
    def names(ids: Collection[str]) -> dict[str, str]:
        rows = model.objects.filter(pk__in=ids).values_list("pk", field, path)
        return {
            str(pk): f"“{text}” of {candidate}" if field != path else candidate
            for pk, text, candidate in rows
        }

    return names


def open_scores(user: User, evaluation: Evaluation, ids: Collection[str]) -> set[str]:
    seen = Score.objects.visible_to(user).filter(pk__in=ids)
    return {str(key) for key in seen.values_list("pk", flat=True)}


OF_TRIAL = "trial__candidate__name"
OF_DEMO = "demo__candidate__name"
JOURNAL.register(
    "trials",
    JournalPart(
        words=phrases_beside(__file__),
        names={
            "milestone": _of_candidates(Milestone, "title", OF_TRIAL),
            "criterion": _of_candidates(Criterion, "text", OF_TRIAL),
            "scriptitem": _of_candidates(ScriptItem, "question", OF_DEMO),
            "demo": _of_candidates(Demo, "candidate__name", "candidate__name"),
        },
        seals={"score": open_scores},
    ),
)
