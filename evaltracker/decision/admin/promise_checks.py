"""Acts on promise checks: judging, moving, waiving and closing them."""

import secrets
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.core.cache import cache
from django.urls import reverse

from evaltracker.accounts.services import may_run_accounts
from evaltracker.decision.models import (
    CheckFound,
    ContractTerm,
    MetricValue,
    PromiseCheck,
    TermOutcome,
    default_remind_days,
)
from evaltracker.decision.selectors import (
    MetricRow,
    PromisedRow,
    earlier_standing,
    promised_rows,
    term_of,
)
from evaltracker.decision.services import contract_terms, promise_checks
from evaltracker.decision.services.letters import check_export, export_as_seen
from evaltracker.errors import Invalid, NotFound
from evaltracker.evaluations.models import Evaluation, Metric, User
from evaltracker.pages.acts import Act, Confirm, Outcome
from evaltracker.pages.fields import (
    DaysField,
    OfferingForm,
    day_field,
    form_like,
    form_of,
    person_field,
    reason_field,
)
from evaltracker.pages.site import register_panel
from evaltracker.pages.workspace import InEvaluation, OnEvaluation, page_address
from evaltracker.portable.importing import (
    ImportPreview,
    import_evaluation,
    preview_import,
)
from evaltracker.toolbox.charts import Axis, Lane, LaneMark, Lanes, Span, both
from evaltracker.toolbox.days import today_in
from evaltracker.toolbox.files import download
from evaltracker.toolbox.text import listed
from stakeholders.policy import insiders
from vendors.admin.base import AboutCandidate
from vendors.models import Candidate


class OnCheck(AboutCandidate[PromiseCheck]):
    tab = "promise_checks"
    anchor = "check"
    model = PromiseCheck
    target_name = "check"
    related = ("candidate__evaluation__owner",)
    heading_format = "{title} after {target.months} months"


class PairsForm(forms.Form):
    """By key two fields of a row: what is said of it, and its note."""

    said: ClassVar[str]
    rows: dict[str, Any]

    def ask(self, key: str, said: forms.Field, note: str, last: Any) -> None:
        """Of one row; `last` is what was said of it before, if anything was."""
        self.fields[f"{self.said}-{key}"] = said
        self.fields[f"note-{key}"] = forms.CharField(
            label=note, required=False, max_length=2000
        )
        if last:
            said.initial = getattr(last, self.said)
            self.fields[f"note-{key}"].initial = last.note

    def lines(self) -> list[tuple[Any, Any, Any]]:
        return [
            (row, self[f"{self.said}-{key}"], self[f"note-{key}"])
            for key, row in self.rows.items()
        ]


def pairs_in(data: Mapping[str, Any], said: str) -> dict[str, tuple[str, str]]:
    """What was said, each with its note; what was left blank is left out."""
    names = [
        name for name, value in data.items() if name.startswith(f"{said}-") and value
    ]
    keys = [name.removeprefix(f"{said}-") for name in names]
    return {key: (data[f"{said}-{key}"], data[f"note-{key}"]) for key in keys}


class JudgeForm(PairsForm):
    said = "found"

    def __init__(self, *args: Any, rows: list[PromisedRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = {row.key: row for row in rows}
        for key, row in self.rows.items():
            found = forms.ChoiceField(
                label=f"{row.name}: does it hold?",
                choices=[("", "not judged yet"), *CheckFound.choices],
                required=False,
            )
            self.ask(key, found, f"{row.name}: how was it seen?", row.last)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for key in self.rows:
            verdict, note = data.get(f"found-{key}"), data.get(f"note-{key}")
            if verdict and not note:
                self.add_error(f"note-{key}", "Enter how you checked it.")
            if note and not verdict:
                self.add_error(f"found-{key}", "Choose whether it holds.")
        return data


class JudgePromises(OnCheck):
    title = "Promise check"
    verb = "Save the verdicts"
    help = (
        "Judge each promise as of today. You can leave some for later. The memo stays "
        "as it is."
    )
    success = "The verdicts are saved."
    form_class = JudgeForm
    template = "workflow/judge_promises.html"
    service = promise_checks.record_promises
    rule = promise_checks.check_judge

    def form_kwargs(self, target: PromiseCheck, user: User) -> dict[str, Any]:
        return {"rows": promised_rows(target.candidate, [target])}

    def arguments(
        self, target: PromiseCheck, data: Mapping[str, Any]
    ) -> dict[str, Any]:
        return {"check": target, "found": pairs_in(data, "found")}


class MoveCheck(OnCheck):
    title = "Move the check"
    verb = "Move it"
    help = "You get reminders a week before, on the day, and a week after."
    success = "The check is moved."
    form_class = form_of(
        due_on=day_field(label="New day", help_text="In the evaluation's time zone.")
    )
    service = promise_checks.move_check
    rule = promise_checks.check_run
    current_fields = ("due_on",)


class WaiveCheck(OnCheck):
    title = "Leave out the check"
    verb = "Leave it out"
    help = "Reminders stop. You can't undo this."
    success = "The check is left out."
    form_class = form_of(
        reason=reason_field(help_text="It stays beside the check and in the journal.")
    )
    dangerous = True
    service = promise_checks.waive_check
    rule = promise_checks.check_run


class CloseCheck(OnCheck):
    title = "Close the check"
    verb = "Close it"
    help = "Judge every promise first. Closed verdicts stay as they are."
    success = "The check is closed."
    form_class = form_of(
        summary=forms.CharField(
            label="What it came to",
            widget=forms.Textarea(attrs={"rows": 4}),
            required=False,
            help_text="For the next person who evaluates this vendor.",
        )
    )
    service = promise_checks.close_check
    rule = promise_checks.check_close


class TermForm(OfferingForm, form_like(ContractTerm, contract_terms.DATES)):  # type: ignore[misc]
    offers: ClassVar = {"looks_after": insiders}
    looks_after = person_field(
        "Who looks after it", "Is reminded by mail, and so is the owner."
    )
    remind_days = DaysField(
        label="Remind so many days before",
        required=False,
        max_length=60,
        help_text="Before the last day to give notice, or before the end if there is "
        "none.",
    )


class SetContractTerm(OnEvaluation):
    title = "Contract"
    verb = "Save"
    help = "Reminders follow these dates. The frozen memo does not change."
    success = "The contract is saved."
    tab = "promise_checks"
    form_class = TermForm
    beside = "contract"
    service = contract_terms.set_contract_term
    rule = contract_terms.check_set_term

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        term = term_of(target)
        if term is None:
            return {
                "looks_after": target.owner_id,
                "remind_days": default_remind_days(),
            }
        return {
            **{name: getattr(term, name) for name in contract_terms.DATES},
            "looks_after": term.looks_after_id,
            "remind_days": term.remind_days,
        }

    def success_message(self, target: Evaluation, outcome: Outcome) -> str:
        term = term_of(target)
        passed = term and term.deadline and term.deadline < today_in(target.zone)
        late = " No reminder: its last day has passed." if passed else ""
        return f"{self.success}{late}"


class SettleContractTerm(InEvaluation[ContractTerm]):
    title = "Decide on the contract"
    verb = "Save"
    help = (
        "Enter whether the contract ends or is renewed. The journal keeps your answer."
    )
    success = "The outcome is saved."
    tab = "promise_checks"
    model = ContractTerm
    related = ("evaluation__owner",)
    target_name = "term"
    form_class = form_of(
        outcome=forms.ChoiceField(
            label="What happens",
            choices=TermOutcome.choices,
            widget=forms.RadioSelect,
            help_text="A contract that renews automatically gets its next end at once.",
        ),
        note=reason_field("How it was decided", "Such as who wrote to whom, and when."),
    )
    service = contract_terms.settle_contract_term
    rule = contract_terms.check_settle_term
    heading_format = "{title}"
    beside = "contract"


def previous_sample(user: User, candidate: Candidate) -> dict[str, Any] | None:
    rows = earlier_standing(user, candidate)
    return {"rows": rows, "vendor": candidate.vendor} if rows else None


register_panel("candidate", 10, "workflow/parts/earlier.html", previous_sample)


class HandOnEvaluation(OnEvaluation):
    title = "Hand on this evaluation"
    verb = "Hand on"
    help = (
        "The new owner gets a mail, and declares conflicts of interest before reading "
        "answers. You no longer see the evaluation unless you are given a role in it."
    )
    success = "The evaluation is handed on."
    form_class = form_of(
        {"new_owner": contract_terms.may_take_over},
        new_owner=person_field(
            "Who runs it from now on",
            "Choose somebody who may start evaluations and has no role in this one.",
        ),
        reason=reason_field(help_text="Everybody reads it in the journal."),
    )
    dangerous = True
    service = contract_terms.hand_on_evaluation
    rule = contract_terms.check_hand_on

    def destination(self, target: Evaluation, made: object) -> str:
        return reverse("admin:index")


class ValuesForm(PairsForm):
    said = "value"

    def __init__(
        self,
        *args: Any,
        metrics: list[Metric],
        given: Mapping[Any, MetricValue],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.rows = {str(metric.pk): metric for metric in metrics}
        for key, metric in self.rows.items():
            value = forms.CharField(
                label="Value now",
                required=False,
                max_length=150,
                help_text="Blank stays missing.",
            )
            self.ask(key, value, "How it was measured", given.get(metric.pk))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for key in self.rows:
            if data.get(f"note-{key}") and not data.get(f"value-{key}"):
                self.add_error(f"value-{key}", "Enter the value, too.")
        return data


class EnterMetricValues(OnCheck):
    title = "Metrics"
    verb = "Save the values"
    help = "Write values as the brief does, such as 78%."
    success = "The values are saved."
    form_class = ValuesForm
    template = "workflow/metric_values.html"
    service = promise_checks.record_metric_values
    rule = promise_checks.check_measure

    def form_kwargs(self, target: PromiseCheck, user: User) -> dict[str, Any]:
        by_metric = {row.metric_id: row for row in target.metric_values.all()}
        metrics = list(target.candidate.evaluation.metrics.all())
        return {"metrics": metrics, "given": by_metric}

    def arguments(
        self, target: PromiseCheck, data: Mapping[str, Any]
    ) -> dict[str, Any]:
        values = pairs_in(data, "value")
        return {"check": target, "values": {UUID(key): values[key] for key in values}}


PAGE_LIMIT = 20 * 2**20
KEPT_SECONDS = 30 * 60
LATE = "The preview is over 30 minutes old. Choose the file again."


class ExportEvaluation(OnEvaluation):
    title = "Export the evaluation"
    verb = "Export"
    help = (
        "One file with everything that you may see at this moment. Anything sealed "
        "from you is left out and listed. An incomplete export can be read but not "
        "imported. The journal tells that you exported it."
    )
    in_dialog = False  # it answers with a file
    needs_proof = True  # so much at once leaves the house
    success = "The evaluation is exported."
    form_class = form_of(
        form=forms.ChoiceField(
            label="Format",
            choices=(
                ("json", "JSON: all of it, the journal too"),
                ("ocds", "OCDS 1.1: planning, tender, bids and award for a register"),
            ),
            widget=forms.RadioSelect,
        )
    )
    rule = check_export

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        return {"form": "json"}

    def run(self, target: Evaluation, data: Mapping[str, Any], by: User) -> Any:
        form = data["form"]
        content = export_as_seen(evaluation=target, form=form, by=by)
        name = f"{target.slug}.{'ocds.json' if form == 'ocds' else 'json'}"
        return download(content, name=name, content_type="application/json")

    def destination(self, target: Evaluation, made: Outcome) -> Outcome:
        return made


class ByOperators[T](Act[T]):
    needs_proof = True  # it brings people, roles and signatures in
    home_page = "admin:evaluations_evaluation_changelist"

    def allowed(self, user: User, target: Any) -> bool:
        return may_run_accounts(user)


class ImportEvaluation(ByOperators[None]):
    """The first of two steps: choose a file; nothing is written yet."""

    title = "Import an evaluation"
    verb = "Preview"
    help = (
        "A whole evaluation from a file. You first match its people with yours and "
        "see who would get access. Nothing is saved until you confirm."
    )
    success = "Preview of the import. Nothing is saved yet."
    form_class = form_of(
        file=forms.FileField(
            label="Export",
            help_text="A JSON file that export_evaluation wrote, or an owner; up to 20 "
            "MB.",
            widget=forms.ClearableFileInput(attrs={"accept": ".json"}),
        )
    )

    def run(self, target: Any, data: Mapping[str, Any], by: User) -> str:
        content = data["file"].read(PAGE_LIMIT + 1)
        try:
            preview_import(content=content, by=by, limit=PAGE_LIMIT)
        except Invalid as error:
            raise Invalid(
                error.sentence, errors={"file": error_sentences(error)}
            ) from error
        token = secrets.token_urlsafe(16)
        cache.set(preview_cache_key(by, token), zlib.compress(content), KEPT_SECONDS)
        return token

    def destination(self, target: Any, made: str) -> str:
        return reverse("admin:act_on", args=[TakeInEvaluation.name, made])


class TakeInEvaluation(ByOperators[ImportPreview]):
    title = "Import this evaluation"
    verb = "Import it"
    help = "Imports everything or nothing."
    success = "The evaluation is imported."
    form_class = Confirm
    template = "workflow/take_in.html"
    target_name = "preview"
    service = import_evaluation
    heading_format = "Import: {target.told[title]}"

    def load(self, user: User, target_id: str) -> ImportPreview:
        """What a file that this person chose would do.

        Raises:
            NotFound: there is none, or it is not theirs.
        """
        packed = (
            cache.get(preview_cache_key(user, target_id))
            if may_run_accounts(user)
            else None
        )
        if packed is None:
            raise NotFound(LATE)
        return preview_import(content=zlib.decompress(packed), by=user)

    def destination(self, target: ImportPreview, made: Any) -> str:
        return page_address(made, "overview")


def preview_cache_key(user: User, token: str) -> str:
    safe = "".join(char for char in token[:40] if char.isalnum() or char in "-_")
    return f"import-evaluation:{user.pk}:{safe}"


def error_sentences(error: Invalid) -> list[str]:
    return [
        f"{pointer}: {sentence}" if pointer else sentence
        for pointer, sentences in error.errors.items()
        for sentence in sentences
    ] or [error.sentence]


# What is past its target is seen, too.
END = 1.25


@dataclass(frozen=True, slots=True)
class MetricPicture:
    charts: tuple[Lanes, ...]
    left_out: str


def metric_picture(rows: Sequence[MetricRow]) -> MetricPicture | None:
    lanes, left_out = [], []
    for row in rows:
        lane = lane_of(row)
        if lane is not None:
            lanes.append(lane)
        elif row.given:
            left_out.append(f"“{row.metric}”")
    if not lanes:
        return None
    axis = Axis(
        END, ticks=((0.0, "before"), (1.0, "target")), heads=("latest",), rooms=(96,)
    )
    title = "How far each metric has come from before to its target"
    note = f"Not drawn, as its values are no numbers of one unit: {listed(left_out)}."
    return MetricPicture(both(title, lanes, axis), note if left_out else "")


def lane_of(row: MetricRow) -> Lane | None:
    ways = [
        (place.value.value, place.check.months, way)
        for place in row.places
        if place.value is not None and (way := row.way(place.value.value)) is not None
    ]
    if not ways:
        return None
    value, _, latest = ways[-1]
    parts = [f"{text} after {months} months" for text, months, _ in ways]
    metric = row.metric
    return Lane(
        metric.name,
        value,
        spans=(Span(0.0, max(latest, 0.0)),) if latest > 0 else (),
        marks=tuple(LaneMark(way, kind="stroke") for _, _, way in ways[:-1]),
        note=f"{metric.baseline} before, {metric.target} wanted; {listed(parts)}",
        tone="lead" if latest >= 1 else "",
    )
