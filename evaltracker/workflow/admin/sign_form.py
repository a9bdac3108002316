"""The form of the sign page: a verdict, a reason, and up to five conditions."""

from collections.abc import Iterator
from typing import Any

from django import forms

from evaltracker.evaluations.models import Evaluation
from evaltracker.pages.fields import DateField, TextField
from evaltracker.workflow.services.signing import why_not_half
from stakeholders.admin.people_acts import PersonField
from stakeholders.choices import Verdict
from stakeholders.policy import insiders
from stakeholders.services.conditions import ConditionAsked
from stakeholders.services.sign_offs import (
    CONDITION_NEEDED,
    REASON_NEEDED,
    lacks_reason,
)

ROWS = 5
CONDITIONAL_ONLY = (
    "Conditions go with a conditional approval only. Choose it, or clear them."
)
MEANINGS = {
    Verdict.APPROVE: "Yes, as it stands.",
    Verdict.CONDITIONS: "Yes, if something is done by a date.",
    Verdict.RETURN: "Not yet: something has to be changed first.",
    Verdict.DECLINE: "No. It does not go on like this.",
}
# What the reason answers, by verdict; it is needed for all but the first.
REASONS = {
    Verdict.APPROVE: "Comment",
    Verdict.CONDITIONS: "Why is it not a plain approval?",
    Verdict.RETURN: "What has to change?",
    Verdict.DECLINE: "Why not?",
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
        help_text="Others read it and act on it.",
    )
    accepts_unjudged = forms.BooleanField(required=False)

    def __init__(
        self, *args: Any, evaluation: Evaluation, unjudged: str = "", **kwargs: Any
    ) -> None:
        """`unjudged` is what nobody has judged yet; blank if nothing is missing."""
        super().__init__(*args, **kwargs)
        people = insiders(evaluation)
        self.unjudged = unjudged
        self.fields["accepts_unjudged"].label = f"I approve although {unjudged}."
        if not unjudged:
            del self.fields["accepts_unjudged"]
        for row in range(ROWS):
            self.fields[f"text_{row}"] = forms.CharField(
                required=False, max_length=2000, label=f"Condition {row + 1}"
            )
            self.fields[f"owner_{row}"] = PersonField(
                people, required=False, label="Who is responsible"
            )
            self.fields[f"due_{row}"] = DateField(required=False, label="By when")
        last = ("reason", "accepts_unjudged")  # as the page asks for them
        self.order_fields([name for name in self.fields if name not in last])

    def verdicts(self) -> list[tuple[str, str, str, bool]]:
        """Value, label, meaning, and whether it is chosen."""
        chosen = self["verdict"].value()
        return [
            (verdict.value, verdict.label, meaning, verdict.value == chosen)
            for verdict, meaning in MEANINGS.items()
        ]

    def reasons(self) -> list[tuple[str, str, bool]]:
        """Verdict, what its reason is called, and whether it is needed."""
        return [
            (verdict.value, words, verdict != Verdict.APPROVE)
            for verdict, words in REASONS.items()
        ]

    def faults(self) -> list[tuple[str, str, str]]:
        """The id of the field, its name and the sentence, for each thing to fix."""
        ids = {"verdict": "id_verdict_0"}
        return [
            (ids.get(name, f"id_{name}"), self.name_of(name), str(sentence))
            for name in self.fields
            for sentence in self.errors.get(name, ())
        ]

    def name_of(self, name: str) -> str:
        """What a field is called on its own, away from its row."""
        base, _, row = name.rpartition("_")
        if base in ("owner", "due"):
            return f"Condition {int(row) + 1}, {str(self[name].label).lower()}"
        if name == "accepts_unjudged":
            return "What is not judged"
        return str(self[name].label)

    def land_at_fault(self) -> None:
        """Let the page open at the first field that is wrong."""
        for name in self.fields:
            if name in self.errors:
                self.fields[name].widget.attrs["data-focus"] = True
                return

    @property
    def has_conditions(self) -> bool:
        """Whether a condition is written down."""
        return any(self[f"text_{row}"].value() for row in range(ROWS))

    @property
    def has_more(self) -> bool:
        """Whether something stands in the conditions that are folded."""
        names = [name for name in self.fields if name[-1] in "234"]
        return any(self[name].value() or name in self.errors for name in names)

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
        verdict = data.get("verdict", "")
        if verdict == Verdict.CONDITIONS and not self.has_conditions:
            self.add_error("text_0", CONDITION_NEEDED)
        if verdict not in ("", Verdict.CONDITIONS) and self.has_conditions:
            self.add_error("verdict", CONDITIONAL_ONLY)
        if lacks_reason(verdict, data.get("reason", "")):
            self.add_error("reason", REASON_NEEDED)
        accepts = data.get("accepts_unjudged", False)
        if why := why_not_half(self.unjudged, verdict, accepts=accepts):
            self.add_error("accepts_unjudged", why)
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
