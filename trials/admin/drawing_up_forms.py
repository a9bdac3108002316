"""The forms of what the trials of all finalists have in common."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from evaltracker.evaluations.models import Evaluation, Requirement
from evaltracker.measures import Measure
from evaltracker.pages.fields import NamedChoice, long_text
from trials.admin.acts.trials import TrialForm, insiders
from trials.selectors.to_draw_up import ProposedCriterion
from trials.services.drawing_up import CommonCriterion, Finalist
from vendors.models import Candidate

CHOOSE_FINALIST = "Tick at least one finalist."
CHOOSE_CRITERION = "Tick at least one criterion."


class CommonForm(TrialForm):
    """What is run, where, on which data, by whom, from when to when."""

    def __init__(self, *args: Any, evaluation: Evaluation, **kwargs: Any) -> None:
        super().__init__(*args, evaluation=evaluation, **kwargs)
        del self.fields["title"]


class DrawUpForm(CommonForm):
    """The same, who is tried, and what they must reach: a row for each criterion."""

    def __init__(
        self,
        *args: Any,
        finalists: Sequence[Candidate],
        proposed: Sequence[ProposedCriterion],
        common: Sequence[CommonCriterion],
        evaluation: Evaluation,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, evaluation=evaluation, **kwargs)
        self.finalists = finalists
        self.common = common
        self.proposed = () if common else proposed
        self.shared_names = tuple(self.fields)
        for candidate in finalists:
            self._add_finalist(candidate, evaluation)
        for proposal in self.proposed:
            self._add_criterion(proposal)

    def _add_finalist(self, candidate: Candidate, evaluation: Evaluation) -> None:
        key, name = candidate.pk.hex, candidate.name
        self.fields[f"try_{key}"] = forms.BooleanField(
            label=name, required=False, initial=True
        )
        self.fields[f"lead_{key}"] = NamedChoice(
            insiders(evaluation),
            attribute="name",
            label="Who leads it, if somebody else",
            required=False,
            empty_label="as above",
        )
        self.fields[f"difference_{key}"] = forms.CharField(
            label="What differs, and why",
            required=False,
            widget=long_text(1),
        )
        _name_all(self, key, name, "lead", "difference")

    def _add_criterion(self, proposal: ProposedCriterion) -> None:
        requirement, before = proposal.requirement, proposal.before
        key, ref = requirement.pk.hex, requirement.ref
        self.fields[f"pick_{key}"] = forms.BooleanField(
            label=f"{ref}: {requirement.text}", required=False, initial=True
        )
        self.fields[f"text_{key}"] = forms.CharField(
            label="What must be reached",
            required=False,
            widget=long_text(2),
            initial=before.text if before else requirement.text,
        )
        self.fields[f"threshold_{key}"] = forms.CharField(
            label="The number",
            required=False,
            max_length=200,
            initial=before.threshold if before else _number_of(requirement),
        )
        self.fields[f"method_{key}"] = forms.CharField(
            label="How it is measured",
            required=False,
            widget=long_text(2),
            initial=before.method if before else "",
        )
        _name_all(self, key, ref, "text", "threshold", "method")

    @property
    def shared_fields(self) -> list[BoundField]:
        """The fields that all finalists have in common."""
        return [self[name] for name in self.shared_names]

    @property
    def finalist_rows(self) -> list[dict[str, Any]]:
        """Each finalist with its fields."""
        return [
            _row(self, candidate.pk.hex, "try", "lead", "difference")
            for candidate in self.finalists
        ]

    @property
    def criterion_rows(self) -> list[dict[str, Any]]:
        """Each proposed criterion with its fields, and why it is proposed."""
        names = ("pick", "text", "threshold", "method")
        return [
            {"why": it.why, **_row(self, it.requirement.pk.hex, *names)}
            for it in self.proposed
        ]

    def clean(self) -> dict[str, Any]:
        """The common fields, the finalists that are ticked, and the criteria."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        finalists = [
            Finalist(
                candidate,
                data.get(f"lead_{candidate.pk.hex}"),
                data.get(f"difference_{candidate.pk.hex}", ""),
            )
            for candidate in self.finalists
            if data.get(f"try_{candidate.pk.hex}")
        ]
        picked = [
            it.requirement
            for it in self.proposed
            if data.get(f"pick_{it.requirement.pk.hex}")
        ]
        for requirement in picked:
            if not data.get(f"text_{requirement.pk.hex}", "").strip():
                self.add_error(
                    f"text_{requirement.pk.hex}", "Say what must be reached."
                )
        if not finalists:
            self.add_error(None, CHOOSE_FINALIST)
        if not picked and not self.common:
            self.add_error(None, CHOOSE_CRITERION)
        shared = {name: data[name] for name in self.shared_names if name in data}
        return {
            **shared,
            "finalists": finalists,
            "criteria": [
                CommonCriterion(
                    requirement,
                    **{
                        name: data.get(f"{name}_{requirement.pk.hex}", "")
                        for name in ("text", "threshold", "method")
                    },
                )
                for requirement in picked
            ],
        }


class ChangeForm(CommonForm):
    """What the trials have in common, and why it changes."""

    reason = forms.CharField(
        label="Reason",
        required=False,
        widget=long_text(2),
        help_text="Needed where days move, and once a contract is agreed.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["zone"]


def _number_of(requirement: Requirement) -> str:
    """What the requirement's measure asks for, if it has one."""
    measure = Measure.from_json(requirement.measure)
    return measure.words if measure else ""


def _name_all(form: forms.Form, key: str, name: str, *kinds: str) -> None:
    """Say to screen readers whose field it is."""
    for kind in kinds:
        field = form.fields[f"{kind}_{key}"]
        field.widget.attrs["aria-label"] = f"{field.label}: {name}"


def _row(form: forms.Form, key: str, *kinds: str) -> dict[str, BoundField]:
    return {kind: form[f"{kind}_{key}"] for kind in kinds}
