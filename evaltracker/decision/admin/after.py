"""Acts on promise checks: judging, moving, waiving and closing them."""

from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.urls import reverse

from evaltracker.decision import links
from evaltracker.decision.choices import CheckFound, TermOutcome
from evaltracker.decision.models import (
    ContractTerm,
    MetricValue,
    PromiseCheck,
    default_remind_days,
)
from evaltracker.decision.selectors import (
    PromisedRow,
    earlier_standing,
    promised_rows,
    term_of,
)
from evaltracker.decision.services.after import (
    check_close,
    check_judge,
    check_measure,
    check_run,
    close_check,
    move_check,
    record_metric_values,
    record_promises,
    waive_check,
)
from evaltracker.decision.services.contract_terms import (
    DATES,
    check_hand_on,
    check_set_term,
    check_settle_term,
    hand_on_evaluation,
    may_take_over,
    set_contract_term,
    settle_contract_term,
)
from evaltracker.evaluations.models import Evaluation, Metric, User
from evaltracker.pages.acts import Outcome, register_act
from evaltracker.pages.fields import DateField, NamedChoice, form_like, reason_field
from evaltracker.pages.site import register_panel
from evaltracker.pages.workspace import SEALS, InEvaluation, OnEvaluation
from evaltracker.toolbox.days import today_in
from stakeholders.policy import insiders
from trials.models import Score
from vendors.admin.base import AboutCandidate
from vendors.models import Candidate


class OnCheck(AboutCandidate[PromiseCheck]):
    """An act on one check; the owner's, unless it says otherwise."""

    tab = "promise_checks"
    model = PromiseCheck
    target_name = "check"
    related = ("candidate__evaluation__owner",)

    def heading(self, target: PromiseCheck) -> str:
        """After how many months."""
        return f"{self.title} after {target.months} months"

    def cancel_url(self, target: PromiseCheck) -> str:
        where = self.evaluation(target)
        return links.page(where, "promise_checks", f"check-{target.pk}")


class JudgeForm(forms.Form):
    """A verdict and a note for each promise; blank is not judged yet."""

    def __init__(self, *args: Any, rows: list[PromisedRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows
        for row in rows:
            ref, said = row.requirement.ref, row.last
            self.fields[f"found-{ref}"] = forms.ChoiceField(
                label=f"{ref}: does it hold?",
                choices=[("", "not judged yet"), *CheckFound.choices],
                required=False,
                initial=said.found if said else "",
            )
            self.fields[f"note-{ref}"] = forms.CharField(
                label=f"{ref}: how was it seen?",
                required=False,
                max_length=2000,
                initial=said.note if said else "",
            )

    def lines(self) -> list[tuple[PromisedRow, Any, Any]]:
        """Each promise with its two fields, for the page."""
        return [
            (
                row,
                self[f"found-{row.requirement.ref}"],
                self[f"note-{row.requirement.ref}"],
            )
            for row in self.rows
        ]

    def clean(self) -> dict[str, Any]:
        """A verdict comes with a note, and a note with a verdict."""
        data = super().clean() or {}
        for row in self.rows:
            ref = row.requirement.ref
            found, note = data.get(f"found-{ref}"), data.get(f"note-{ref}")
            if found and not note:
                self.add_error(f"note-{ref}", "Say how it was seen.")
            if note and not found:
                self.add_error(f"found-{ref}", "Say whether it holds.")
        return data


@register_act
class JudgePromises(OnCheck):
    """Says of each promise whether it holds today."""

    title = "Promise check"
    verb = "Save the verdicts"
    help = (
        "Does what was promised hold today? Judge what you can; the rest can wait. "
        "The memo stays as it was frozen."
    )
    success = "The verdicts are saved."
    form_class = JudgeForm
    template = "workflow/judge_promises.html"
    service = record_promises
    rule = check_judge

    def form_kwargs(self, target: PromiseCheck, user: User) -> dict[str, Any]:
        return {"rows": promised_rows(target.candidate, [target])}

    def arguments(
        self, target: PromiseCheck, data: Mapping[str, Any]
    ) -> dict[str, Any]:
        """What was found, with its note, by ref; what is blank is left out."""
        refs = [
            name.removeprefix("found-") for name in data if name.startswith("found-")
        ]
        found = {
            ref: (data[f"found-{ref}"], data[f"note-{ref}"])
            for ref in refs
            if data[f"found-{ref}"]
        }
        return {"check": target, "found": found}


class MoveForm(forms.Form):
    due_on = DateField(label="New day", help_text="In the evaluation's time zone.")


@register_act
class MoveCheck(OnCheck):
    """Does it on another day."""

    title = "Move the check"
    verb = "Move it"
    help = "You are reminded a week before, on the day, and a week after if it is open."
    success = "The check is moved."
    form_class = MoveForm
    service = move_check
    rule = check_run

    def initial(self, target: PromiseCheck, user: User) -> dict[str, Any]:
        """The day that stands."""
        return {"due_on": target.due_on}


class ReasonForm(forms.Form):
    reason = reason_field(help_text="It stays beside the check and in the journal.")


@register_act
class WaiveCheck(OnCheck):
    title = "Leave out the check"
    verb = "Leave it out"
    help = "Nobody is reminded of it any more. It cannot be taken back."
    success = "The check is left out."
    form_class = ReasonForm
    dangerous = True
    service = waive_check
    rule = check_run


class CloseForm(forms.Form):
    """What it came to."""

    summary = forms.CharField(
        label="What it came to",
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        help_text="For the next person who evaluates this vendor.",
    )


@register_act
class CloseCheck(OnCheck):
    """Ends it, once every promise has its verdict."""

    title = "Close the check"
    verb = "Close it"
    help = "Every promise has to have its verdict. Closed verdicts stay as they are."
    success = "The check is closed."
    form_class = CloseForm
    service = close_check
    rule = check_close


# Acts on the contract that a decision led to: its dates, and what becomes of it.

PASSED = "Its last day is over, so nobody is reminded of it."


class DaysField(forms.CharField):
    """Days before a date, with commas between them."""

    def clean(self, value: Any) -> Any:
        """The numbers that were typed."""
        text: str = super().clean(value) or ""
        try:
            return [int(part) for part in text.split(",") if part.strip()]
        except ValueError as error:
            raise forms.ValidationError(
                "Enter whole days with commas between them, such as 90, 30, 7."
            ) from error


class TermForm(form_like(ContractTerm, DATES)):  # type: ignore[misc]
    """Dates, who looks after them, and when people are reminded."""

    looks_after = NamedChoice(
        User._default_manager.none(),
        attribute="name",
        label="Who looks after it",
        help_text="Is reminded by mail, and so is the owner.",
    )
    remind_days = DaysField(
        label="Remind so many days before",
        required=False,
        max_length=60,
        help_text="Before the last day to give notice, or before the end if there is "
        "none.",
    )

    def __init__(self, *args: Any, evaluation: Evaluation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["looks_after"].queryset = insiders(evaluation)


@register_act
class SetContractTerm(OnEvaluation):
    """Enters or changes how long the contract runs."""

    title = "Contract"
    verb = "Save"
    help = "Reminders follow these dates. The frozen memo does not change."
    success = "The contract is saved."
    tab = "promise_checks"
    form_class = TermForm
    service = set_contract_term
    rule = check_set_term

    def form_kwargs(self, target: Evaluation, user: User) -> dict[str, Any]:
        return {"evaluation": target}

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        """What was entered, else the usual reminders."""
        term = term_of(target)
        if term is None:
            return {
                "looks_after": target.owner_id,
                "remind_days": as_typed(default_remind_days()),
            }
        return {
            **{name: getattr(term, name) for name in DATES},
            "looks_after": term.looks_after_id,
            "remind_days": as_typed(term.remind_days),
        }

    def success_message(self, target: Evaluation, outcome: Outcome) -> str:
        """Says at once that nobody can be reminded any more."""
        term = term_of(target)
        passed = term and term.deadline and term.deadline < today_in(target.zone)
        return f"{self.success} {PASSED}" if passed else self.success

    def cancel_url(self, target: Evaluation) -> str:
        return self.page(target, "contract")


def as_typed(days: list[int]) -> str:
    """Days as they are typed."""
    return ", ".join(map(str, days))


class OutcomeForm(forms.Form):
    """What happens to it, and how that was decided."""

    outcome = forms.ChoiceField(
        label="What happens",
        choices=TermOutcome.choices,
        widget=forms.RadioSelect,
        help_text="A contract that renews automatically gets its next end at once.",
    )
    note = reason_field("How it was decided", "Such as who wrote to whom, and when.")


@register_act
class SettleContractTerm(InEvaluation[ContractTerm]):
    """Says whether the contract ends or goes on."""

    title = "Decide on the contract"
    verb = "Save"
    help = "Does it end, or does it go on? The journal keeps the answer."
    success = "The outcome is saved."
    tab = "promise_checks"
    model = ContractTerm
    related = ("evaluation__owner",)
    target_name = "term"
    form_class = OutcomeForm
    service = settle_contract_term
    rule = check_settle_term

    def heading(self, target: ContractTerm) -> str:
        """The evaluation's name stands in the tabs already."""
        return self.title

    def cancel_url(self, target: ContractTerm) -> str:
        return self.page(target, "contract")


# A vendor's earlier standing, on its candidate's page.


def earlier(user: User, candidate: Candidate) -> dict[str, Any] | None:
    """What became of it before; nothing for a vendor that is new to the reader."""
    found = earlier_standing(user, candidate)
    return {"rows": found, "vendor": candidate.vendor} if found else None


register_panel("candidate", 10, "workflow/parts/earlier.html", earlier)


# The act that makes somebody else the owner of an evaluation.


class HandOnForm(forms.Form):
    """To whom, and why."""

    new_owner = NamedChoice(
        User._default_manager.none(),
        attribute="name",
        label="Who runs it from now on",
        help_text="People who may start evaluations and hold no role in this one.",
    )
    reason = reason_field(help_text="Everybody reads it in the journal.")

    def __init__(self, *args: Any, evaluation: Evaluation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["new_owner"]
        field.queryset = may_take_over(evaluation)


@register_act
class HandOnEvaluation(OnEvaluation):
    """Somebody else runs the evaluation from now on."""

    title = "Hand on this evaluation"
    verb = "Hand on"
    help = (
        "The new owner gets a mail, and declares conflicts of interest before reading "
        "answers. You no longer see the evaluation unless you are given a role in it."
    )
    success = "The evaluation is handed on."
    form_class = HandOnForm
    dangerous = True
    service = hand_on_evaluation
    rule = check_hand_on

    def form_kwargs(self, target: Evaluation, user: User) -> dict[str, Any]:
        return {"evaluation": target}

    def destination(self, target: Evaluation, made: object) -> str:
        """Home: whoever handed it on may not see it any more."""
        return reverse("admin:index")


# Entering what the metrics of the brief have come to, in a promise check.


class ValuesForm(forms.Form):
    """A value and a note for each metric; blank is missing."""

    def __init__(
        self,
        *args: Any,
        metrics: list[Metric],
        given: Mapping[Any, MetricValue],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.metrics = metrics
        for metric in metrics:
            said = given.get(metric.pk)
            self.fields[f"value-{metric.pk}"] = forms.CharField(
                label="Value now",
                required=False,
                max_length=150,
                initial=said.value if said else "",
                help_text="Blank stays missing.",
            )
            self.fields[f"note-{metric.pk}"] = forms.CharField(
                label="How it was measured",
                required=False,
                max_length=2000,
                initial=said.note if said else "",
            )

    def lines(self) -> list[tuple[Metric, Any, Any]]:
        """Each metric with its two fields, for the page."""
        return [
            (metric, self[f"value-{metric.pk}"], self[f"note-{metric.pk}"])
            for metric in self.metrics
        ]

    def clean(self) -> dict[str, Any]:
        """A note says something about a value."""
        data = super().clean() or {}
        for metric in self.metrics:
            if data.get(f"note-{metric.pk}") and not data.get(f"value-{metric.pk}"):
                self.add_error(f"value-{metric.pk}", "Enter the value, too.")
        return data


@register_act
class EnterMetricValues(OnCheck):
    """Says what each metric is now."""

    title = "Metrics"
    verb = "Save the values"
    help = "Write values as the brief does, such as 78%, so that they can be compared."
    success = "The values are saved."
    form_class = ValuesForm
    template = "workflow/metric_values.html"
    service = record_metric_values
    rule = check_measure

    def form_kwargs(self, target: PromiseCheck, user: User) -> dict[str, Any]:
        given = {row.metric_id: row for row in target.metric_values.all()}
        metrics = list(target.candidate.evaluation.metrics.all())
        return {"metrics": metrics, "given": given}

    def arguments(
        self, target: PromiseCheck, data: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Value and note by metric; what is blank is left out."""
        metrics = target.candidate.evaluation.metrics.all()
        return {
            "check": target,
            "values": {
                metric.pk: (data[f"value-{metric.pk}"], data[f"note-{metric.pk}"])
                for metric in metrics
                if data.get(f"value-{metric.pk}")
            },
        }


# What the journal keeps to itself of trials: who gave which score.


def open_scores(user: User, evaluation: Evaluation, ids: Collection[str]) -> set[str]:
    """Scores that the reader may see: their own, and all once they are opened."""
    seen = Score.objects.visible_to(user).filter(pk__in=ids)
    return {str(key) for key in seen.values_list("pk", flat=True)}


SEALS.register("score", open_scores)
