"""The words for the scores 0 to 5."""

from collections.abc import Mapping
from typing import Any

from django import forms

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.acts import register_act
from evaltracker.pages.evaluation_acts import OnEvaluation
from trials.scoring import TOP_SCORE
from trials.services.scale import MEANING_LIMIT, check_word_scale, word_scale

FIELDS = [f"score_{value}" for value in range(TOP_SCORE + 1)]
EXAMPLES = {0: "E.g. not usable.", TOP_SCORE: "E.g. better than we asked for."}


class ScaleForm(forms.Form):
    """One meaning for each score."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for value, name in enumerate(FIELDS):
            self.fields[name] = forms.CharField(
                label=f"{value} means",
                required=False,
                max_length=MEANING_LIMIT,
                help_text=EXAMPLES.get(value, ""),
            )


@register_act
class WordScale(OnEvaluation):
    """Says what each score means."""

    name = "word-scale"
    title = "Words for the scale"
    verb = "Save"
    help = (
        "They stand beside the scores and in the memo; how scores count stays the "
        "same. They cannot change once a score is given."
    )
    success = "The words are saved."
    form_class = ScaleForm
    tab = "scores"
    service = word_scale
    rule = check_word_scale

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        return dict(zip(FIELDS, target.scale, strict=False))

    def arguments(self, target: Evaluation, data: Mapping[str, Any]) -> dict[str, Any]:
        """The six meanings, in order."""
        return {"evaluation": target, "meanings": [data[name] for name in FIELDS]}
