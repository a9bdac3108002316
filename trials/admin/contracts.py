"""Terms of trials: sent for approval, agreed, changed; created for all finalists."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.forms.boundfield import BoundField
from django.urls import reverse

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import evaluation_of
from evaltracker.pages.fields import (
    NamedChoice,
    Offer,
    OfferingForm,
    ZoneField,
    day_field,
    form_of,
    mark_needed,
    person_field,
    reason_field,
    text_field,
)
from evaltracker.pages.workspace import OnEvaluation
from evaltracker.toolbox.measures import measure_words
from stakeholders.policy import insiders
from trials.admin.base import OnTrial
from trials.selectors.trials import (
    TERM_WORDS,
    ProposedCriterion,
    Shift,
    common_values,
    contract_of,
    days_of_trials,
    finalists_without_trial,
    open_trials_drawn_up,
    proposed_criteria,
    shifts_of_trial,
)
from trials.services.contracts import (
    CommonCriterion,
    Finalist,
    agree_contract,
    agree_contracts,
    amend_contract,
    change_trials,
    contracts_awaiting,
    criteria_in_common,
    digest_of_all,
    draw_up_trials,
    move_trial,
    propose_contract,
    propose_contracts,
)
from trials.services.trials import change_trial, close_trial, plan_trial
from vendors.admin.base import AboutCandidate, OnCandidate
from vendors.models import Candidate


def insiders_of(row: Any) -> QuerySet[User]:
    return insiders(evaluation_of(row))


def declared_fields(note: str = "") -> tuple[forms.CharField, forms.CharField]:
    """Where numbers count from, which is better said before they are seen."""
    return (
        forms.CharField(
            label="Environment that counts",
            required=False,
            max_length=80,
            help_text="As your programs name it, such as m5.large. Runs from "
            f"elsewhere are shown beside it.{note}",
        ),
        forms.CharField(
            label="Commit that counts",
            required=False,
            max_length=200,
            help_text="One commit of what is measured, or * for every commit.",
        ),
    )


class TrialForm(OfferingForm):
    title = forms.CharField(label="Title", max_length=150, initial="Trial")
    starts_on = day_field("First day")
    ends_on = day_field("Last day")
    zone = ZoneField()
    lead = person_field("Who leads it")
    workload = text_field(
        None, 4, help_text="Our own case, end to end; not the vendor's example."
    )
    environment = text_field(None, 2, required=False)
    data_allowed = text_field(None, 2, required=False)
    people_hours = text_field("Who, and how many hours", 2, required=False)
    exit_plan = text_field("Clean-up when it ends", 2, required=False)

    counted_environment, counted_commit = declared_fields()
    difference = text_field(
        "What differs from the other finalists, and why", 2, required=False
    )

    offers: ClassVar[Mapping[str, Offer]] = {"lead": insiders_of}

    def __init__(
        self, *args: Any, about: Any, together: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, about=about, **kwargs)
        for name, word in TERM_WORDS.items():
            term: Any = self.fields[name]
            term.label = evaluation_of(about).wording[word]
            if not term.label:
                term.widget = forms.HiddenInput()
                term.initial = "–"
        if not together:
            del self.fields["difference"]


TO_PUT_FORWARD = "needed to put the contract forward"
mark_needed(
    TrialForm,
    TO_PUT_FORWARD,
    "environment",
    "data_allowed",
    "people_hours",
    "exit_plan",
)


def usual_terms(evaluation: Evaluation, user: User) -> dict[str, Any]:
    first, last = days_of_trials(evaluation)
    days = {"starts_on": first, "ends_on": last, "zone": evaluation.zone}
    return {**days, "lead": user.pk}


class PlanTrial(OnCandidate):
    title = "Plan a trial"
    verb = "Plan"
    help = "Fill in the blanks before you send the contract for approval."
    success = "The trial is planned. Name its success criteria, then agree."
    form_class = TrialForm
    tab = "trials"
    service = plan_trial

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        title = target.evaluation.say("Trial of {}", target)
        return {"title": title, **usual_terms(target.evaluation, user)}

    def destination(self, target: Candidate, made: Any) -> str:
        return reverse("admin:trial", args=[made.pk])


class OnTermsOfTrial(OnTrial):
    current_fields = tuple(TrialForm.base_fields)

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        return {"about": target, "together": target.drawn_up}


class ChangeTrial(OnTermsOfTrial):
    title = "Change the plan"
    verb = "Save"
    success = "Saved."
    form_class = TrialForm
    service = change_trial


class CloseTrial(OnTrial):
    title = "Close the trial"
    verb = "Close the trial"
    help = (
        "Every criterion has to be judged. Nothing of the trial changes afterwards; "
        "open milestones are called off."
    )
    success = "The trial is closed."
    form_class = form_of(
        summary=text_field("What it came to", 6, help_text="The memo prints it.")
    )
    dangerous = True
    service = close_trial


class ReadsContract(OnTrial):
    template = "trials/agree.html"

    def context(self, target: Any, user: User) -> dict[str, Any]:
        contract = contract_of(target)
        return {**super().context(target, user), "contract": contract}


class ProposeContract(ReadsContract):
    title = "Send the terms for approval"
    verb = "Send for approval"
    help = (
        "Asks every role to agree to what you try, where, by whom, and how you "
        "measure success. Changing it takes it back."
    )
    success = "The terms are sent; every role is asked to agree."
    service = propose_contract


class DigestForm(forms.Form):
    digest = forms.CharField(widget=forms.HiddenInput)


class AgreeContract(ReadsContract):
    title = "Agree to the terms"
    verb = "I agree"
    help = (
        "You agree for your role to exactly these words. Once every role has, the "
        "trial can be judged, and the terms change only by number."
    )
    success = "You agreed to the terms."
    form_class = DigestForm
    service = agree_contract

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return {"digest": contract_of(target).digest}


class AgreeContracts(OnEvaluation, AboutCandidate[Evaluation]):
    title = "Agree to all terms"
    verb = "I agree to all"
    help = (
        "You agree for your role to exactly these words, for each of these trials. "
        "To agree to one of them only, open that trial."
    )
    success = "You agreed to all terms."
    tab = "trials"
    template = "trials/agree_all.html"
    form_class = DigestForm
    service = agree_contracts

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        return {"digest": digest_of_all(contracts_awaiting(target, user))}

    def context(self, target: Evaluation, user: User) -> dict[str, Any]:
        waiting = contracts_awaiting(target, user)
        return {**super().context(target, user), "trials": waiting}


class AmendForm(TrialForm):
    starts_on = ends_on = zone = None  # type: ignore[assignment]
    reason = reason_field(help_text="Asks every role to agree again.")


class AmendContract(OnTermsOfTrial):
    title = "Change the contract"
    verb = "Change it"
    help = "This is a numbered change with a reason. The trial continues."
    success = "The contract is changed; every role is asked to agree again."
    form_class = AmendForm
    service = amend_contract


class MoveTrial(OnTrial):
    title = "Move the trial"
    verb = "Move"
    help = (
        "Open milestones move with it: those on or after the last day with the last "
        "day, others with the first. If the contract is agreed, this is a numbered "
        "change."
    )
    success = "The trial is moved, and its milestones with it."
    form_class = form_of(
        starts_on=day_field("First day"),
        ends_on=day_field("Last day"),
        reason=reason_field(help_text="People have planned with the old days."),
    )
    template = "trials/move.html"
    preview_verb = "Show what moves"
    service = move_trial
    current_fields = ("starts_on", "ends_on")

    def preview(self, target: Any, data: Mapping[str, Any], user: User) -> list[Shift]:
        return shifts_of_trial(target, data["starts_on"], data["ends_on"])


class DrawUpForm(TrialForm):
    title = None  # type: ignore[assignment]

    def __init__(
        self,
        *args: Any,
        finalists: Sequence[Candidate],
        proposed: Sequence[ProposedCriterion],
        common: Sequence[CommonCriterion],
        about: Evaluation,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, about=about, **kwargs)
        self.finalists = finalists
        self.common = common
        self.proposed = () if common else proposed
        self.shared_names = tuple(self.fields)
        self.finalist_rows = [
            self._row(
                candidate.pk.hex,
                candidate.name,
                {
                    "try": forms.BooleanField(
                        label=candidate.name, required=False, initial=True
                    ),
                    "lead": NamedChoice(
                        insiders(about),
                        attribute="name",
                        label="Lead, if somebody else",
                        required=False,
                        empty_label="as above",
                    ),
                    "difference": text_field(
                        "What differs, and why", 1, required=False
                    ),
                },
            )
            for candidate in finalists
        ]
        self.criterion_rows = [
            {"why": proposal.why, **self._criterion_row(proposal)}
            for proposal in self.proposed
        ]

    def _criterion_row(self, proposal: ProposedCriterion) -> dict[str, BoundField]:
        requirement = proposal.requirement
        before = proposal.before
        label = f"{requirement.ref}: {requirement.text}"
        text, method = (
            (before.text, before.method) if before else (requirement.text, "")
        )
        if before:
            number = before.threshold
        else:
            number = measure_words(requirement.measure)
        return self._row(
            requirement.pk.hex,
            requirement.ref,
            {
                "pick": forms.BooleanField(label=label, required=False, initial=True),
                "text": text_field(
                    "What must be reached", 2, required=False, initial=text
                ),
                "threshold": forms.CharField(
                    label="The number", required=False, max_length=200, initial=number
                ),
                "method": text_field(
                    "How it is measured", 2, required=False, initial=method
                ),
            },
        )

    def _row(
        self, key: str, name: str, fields: Mapping[str, forms.Field]
    ) -> dict[str, BoundField]:
        """Adds the fields of a row, each but its tick named by the row as well."""
        for kind, field in fields.items():
            self.fields[f"{kind}_{key}"] = field
            if not isinstance(field, forms.BooleanField):
                field.widget.attrs["aria-label"] = f"{field.label}: {name}"
        return {kind: self[f"{kind}_{key}"] for kind in fields}

    @property
    def shared_fields(self) -> list[BoundField]:
        return [self[name] for name in self.shared_names]

    def clean(self) -> dict[str, Any]:
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
            proposal.requirement
            for proposal in self.proposed
            if data.get(f"pick_{proposal.requirement.pk.hex}")
        ]
        for requirement in picked:
            if not data.get(f"text_{requirement.pk.hex}", "").strip():
                self.add_error(f"text_{requirement.pk.hex}", "Enter the target.")
        if not finalists:
            self.add_error(None, "Tick at least one finalist.")
        if not picked and not self.common:
            self.add_error(None, "Tick at least one criterion.")
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


class ChangeTermsForm(TrialForm):
    title = zone = None  # type: ignore[assignment]
    reason = text_field(
        "Reason",
        2,
        required=False,
        help_text="Needed where days move, and once a contract is agreed.",
    )


class DrawUpTrials(OnEvaluation, AboutCandidate[Evaluation]):
    tab = "trials"
    title = "Create trials"
    verb = "Create trials"
    help = "Each finalist gets the same terms, days, criteria and milestones."
    success = "Trials created. Send the terms for approval when complete."
    form_class = DrawUpForm
    template = "trials/draw_up.html"
    service = draw_up_trials

    def form_kwargs(self, target: Evaluation, user: User) -> dict[str, Any]:
        finalists = finalists_without_trial(target)
        common = criteria_in_common(target)
        if common:
            proposed = []
        else:
            proposed = proposed_criteria(target, finalists)
        return {
            "about": target,
            "finalists": finalists,
            "proposed": proposed,
            "common": common,
        }

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        if trials := open_trials_drawn_up(target):
            common = common_values(trials)
            return {**common, "lead": common["lead"].pk}
        return usual_terms(target, user)


class ChangeTrials(OnEvaluation, AboutCandidate[Evaluation]):
    tab = "trials"
    title = "Change all trials"
    verb = "Change all"
    help = (
        "Changes the trials of all finalists; differences stay. If a contract is "
        "agreed, every role has to agree again."
    )
    success = "All trials changed."
    form_class = ChangeTermsForm
    service = change_trials

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        """What they have in common; nothing, if there are none."""
        trials = open_trials_drawn_up(target)
        if trials:
            return common_values(trials)
        return {}


class ProposeContracts(OnEvaluation, AboutCandidate[Evaluation]):
    tab = "trials"
    title = ProposeContract.title
    verb = ProposeContract.verb
    help = (
        "Asks every role to agree once, for all finalists, to what you try and how "
        "you measure success."
    )
    success = ProposeContract.success
    template = "trials/agree_all.html"
    service = propose_contracts

    def context(self, target: Evaluation, user: User) -> dict[str, Any]:
        waiting = [
            trial for trial in open_trials_drawn_up(target) if not trial.proposed_at
        ]
        return {**super().context(target, user), "trials": waiting}
