"""The form of the sign page: a verdict, a reason, and up to five conditions."""

from collections.abc import Iterator
from typing import Any

from django import forms

from evaltracker.evaluations.models import Evaluation
from evaltracker.pages.fields import DateField, TextField
from stakeholders.admin.people_acts import PersonField
from stakeholders.choices import Verdict
from stakeholders.policy import insiders
from stakeholders.services.conditions import ConditionAsked
from stakeholders.services.sign_offs import REASON_NEEDED, lacks_reason

ROWS = 5
MEANINGS = {
    Verdict.APPROVE: "Yes, as it stands.",
    Verdict.CONDITIONS: "Yes, if something is done by a date.",
    Verdict.DECLINE: "No. It does not go on like this.",
    Verdict.RETURN: "Not yet: something has to be changed first.",
}


class SignForm(forms.Form):
    """What one person says to the words whose digest is `shown`."""

    shown = forms.CharField(max_length=64, widget=forms.HiddenInput)
    verdict = forms.ChoiceField(
        choices=Verdict.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one of the four."},
    )
    reason = TextField(
        required=False,
        max_length=5000,
        help_text="Needed for everything but a plain approval; others act on it.",
    )

    def __init__(self, *args: Any, evaluation: Evaluation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = insiders(evaluation)
        for row in range(ROWS):
            self.fields[f"text_{row}"] = forms.CharField(
                required=False, max_length=2000, label=f"Condition {row + 1}"
            )
            self.fields[f"owner_{row}"] = PersonField(
                people, required=False, label="Who is responsible"
            )
            self.fields[f"due_{row}"] = DateField(required=False, label="By when")

    def verdicts(self) -> list[tuple[str, str, str, bool]]:
        """Value, label, meaning, and whether it is chosen."""
        chosen = self["verdict"].value()
        return [
            (verdict.value, verdict.label, MEANINGS[verdict], verdict.value == chosen)
            for verdict in Verdict
        ]

    def condition_rows(self) -> Iterator[tuple[Any, Any, Any]]:
        """The three fields of each row."""
        for row in range(ROWS):
            yield self[f"text_{row}"], self[f"owner_{row}"], self[f"due_{row}"]

    def clean(self) -> dict[str, Any]:
        """A condition is whole, or its row is empty."""
        data: dict[str, Any] = super().clean() or {}
        for row in range(ROWS):
            text, owner = data.get(f"text_{row}"), data.get(f"owner_{row}")
            due = data.get(f"due_{row}")
            if text:
                if not owner:
                    self.add_error(f"owner_{row}", "Name the person responsible.")
                if not due:
                    self.add_error(f"due_{row}", "Choose a due date.")
            elif owner or due:
                self.add_error(f"text_{row}", "Describe what has to be done.")
        # Told at once with what else is missing, and not after it is mended.
        if lacks_reason(data.get("verdict", ""), data.get("reason", "")):
            self.add_error("reason", REASON_NEEDED)
        return data

    def conditions(self) -> list[ConditionAsked]:
        """The rows that are filled in."""
        data = self.cleaned_data
        return [
            ConditionAsked(
                data[f"text_{row}"], data[f"owner_{row}"], data[f"due_{row}"]
            )
            for row in range(ROWS)
            if data.get(f"text_{row}")
        ]
