"""The forms of what the trials of all finalists have in common."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from evaltracker.evaluations.models import Evaluation, Requirement, User
from evaltracker.pages.acts import Outcome, register_act
from evaltracker.pages.fields import NamedChoice, long_text
from evaltracker.pages.workspace import OnEvaluation, page_address
from evaltracker.toolbox.measures import Measure
from trials.admin.contracts import TrialForm, insiders
from trials.selectors.contracts import (
    ProposedCriterion,
    days_of_trials,
    finalists_without_trial,
    proposed_criteria,
)
from trials.selectors.unequal import common_values, open_trials_drawn_up
from trials.services.confirming import (
    change_trials,
    propose_contracts,
)
from trials.services.scripts import (
    CommonCriterion,
    Finalist,
    criteria_in_common,
    draw_up_trials,
)
from vendors.admin.base import AboutCandidate
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


# Drawing up the trials of all finalists, and changing what they have in common.


class OnTrials(OnEvaluation, AboutCandidate[Evaluation]):
    """An act on the trials of all finalists."""

    tab = "trials"
    in_dialog = False


@register_act
class DrawUpTrials(OnTrials):
    """Plans the same trial for every finalist, from what is not proven yet."""

    title = "Draw up the trials"
    verb = "Draw them up"
    help = (
        "Each finalist gets the same trial: words, days, criteria and milestones. "
        "What you change later changes for all of them."
    )
    form_class = DrawUpForm
    template = "trials/draw_up.html"
    service = draw_up_trials

    def form_kwargs(self, target: Evaluation, user: User) -> dict[str, Any]:
        """Who has no trial yet, and what the ledger leaves unproven."""
        finalists = finalists_without_trial(target)
        common = criteria_in_common(target)
        proposed = [] if common else proposed_criteria(target, finalists)
        return {
            "evaluation": target,
            "finalists": finalists,
            "proposed": proposed,
            "common": common,
        }

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        """What the other trials have in common, else the days of the plan."""
        if trials := open_trials_drawn_up(target):
            common = common_values(trials)
            return {**common, "lead": common["lead"].pk}
        first, last = days_of_trials(target)
        return {
            "starts_on": first,
            "ends_on": last,
            "zone": target.zone,
            "lead": user.pk,
        }

    def arguments(self, target: Evaluation, data: Mapping[str, Any]) -> dict[str, Any]:
        """The evaluation beside what the form has put together."""
        return {"evaluation": target, **data}

    def success_message(self, target: Evaluation, outcome: Outcome) -> str:
        return "The trials are drawn up. Put their contracts forward once all is said."

    def destination(self, target: Evaluation, made: Any) -> str:
        return page_address(target, "trials")


@register_act
class ChangeTrials(OnTrials):
    """Changes what the trials have in common."""

    title = "Change all trials"
    verb = "Change them"
    help = (
        "What you change here changes in the trial of every finalist; what differs in "
        "one stays. Where a contract is agreed, every role is asked to agree again."
    )
    success = "The trials are changed alike."
    form_class = ChangeForm
    service = change_trials

    def form_kwargs(self, target: Evaluation, user: User) -> dict[str, Any]:
        return {"evaluation": target}

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        """What they have in common; nothing, if there are none."""
        trials = open_trials_drawn_up(target)
        return common_values(trials) if trials else {}


@register_act
class ProposeContracts(OnTrials):
    """Puts the contracts of all finalists forward."""

    title = "Put the contracts forward"
    verb = "Put them forward"
    help = (
        "Every role is asked to agree to what is run, where, on which data, by whom, "
        "and how success is measured, once for all finalists."
    )
    success = "The contracts are put forward; every role is asked to agree."
    template = "trials/agree_all.html"
    service = propose_contracts

    def context(self, target: Evaluation, user: User) -> dict[str, Any]:
        """The trials whose words are shown."""
        waiting = [
            trial for trial in open_trials_drawn_up(target) if not trial.proposed_at
        ]
        return {**super().context(target, user), "trials": waiting}
