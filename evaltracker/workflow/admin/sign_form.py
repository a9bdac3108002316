"""The form of the sign page, and the acts on sign-offs, waivers and reminders."""

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.safestring import SafeString

from evaltracker.decision import links
from evaltracker.decision.admin.comparison import RankingView, how_they_stand
from evaltracker.decision.memo.figures import Part, counted_noun, counted_of, money, say
from evaltracker.decision.memo.markdown import as_html
from evaltracker.decision.memo.signed_words import readable
from evaltracker.decision.models import WaiverAnswer
from evaltracker.errors import NotFound
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Category, Evaluation, User, Visit
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.acts import Outcome, address_of
from evaltracker.pages.fields import ReasonForm, day_field, form_of, text_field
from evaltracker.pages.site import register_panel
from evaltracker.pages.workspace import InEvaluation, OnEvaluation, page_address
from evaltracker.toolbox.text import listed
from evaltracker.toolbox.working_days import day_in_words
from evaltracker.workflow.gates import Gate, GateContext
from evaltracker.workflow.gates.context import gate_reports, in_the_way
from evaltracker.workflow.gates.rules import draft, unjudged_words, why_not_half
from evaltracker.workflow.inbox.glances import Awaited, waiting_on
from evaltracker.workflow.inbox.items import ASKED_FOR
from evaltracker.workflow.models import WaiverRequest
from evaltracker.workflow.notices import address_of_request
from evaltracker.workflow.services.sign_offs import (
    ask_for_waiver,
    ask_to_excuse,
    askable_gates,
    remind_colleague,
    withdraw_waiver_request,
)
from evaltracker.workflow.services.stages import answer_waiver_request
from stakeholders.admin.people import PersonField
from stakeholders.models import Condition, Verdict
from stakeholders.policy import insiders, is_leadership
from stakeholders.selectors import Objection, objections
from stakeholders.services.sign_offs import (
    CONDITION_NEEDED,
    REASON_NEEDED,
    ConditionAsked,
    check_open_round,
    close_condition,
    lacks_reason,
    open_sign_off_round,
    why_not_weightless,
)
from trials.admin.ledger import ShownCell
from vendors.admin.base import OnPlace, open_answers


class RemindColleague(InEvaluation[Awaited]):
    title = "Remind"
    verb = "Send the reminder"
    help = "They get a mail at once, at most one a day per request."
    target_name = "awaited"
    service = remind_colleague
    heading_format = "Remind {target} of {target.thing}"

    def load(self, user: User, target_id: str) -> Awaited:
        kind, _, rest = target_id.partition(".")
        evaluation_id, _, people_ids = rest.partition(".")
        try:
            key = uuid.UUID(evaluation_id)
            numbers = map(int, people_ids.split("-"))
            seen = Evaluation.objects.visible_to(user).select_related("owner")
            evaluation = seen.get(pk=key)
            people = [evaluation.readers.get(pk=number) for number in numbers]
        except (ValueError, OverflowError, Evaluation.DoesNotExist, User.DoesNotExist):
            raise NotFound from None
        awaited = Awaited(evaluation, kind, people)
        if kind not in ASKED_FOR or awaited.pk != target_id:
            raise NotFound
        return awaited

    def targets_in(self, evaluation: Evaluation, user: User) -> list[Awaited]:
        if not (evaluation.is_open and is_owner(user, evaluation)):
            return []
        rows = waiting_on(evaluation, in_the_way(gate_reports(evaluation)))
        return [replace(row, people=[person]) for row in rows for person in row.people]

    def success_message(self, target: Awaited, outcome: object) -> str:
        left = target.fresh().left.people
        reached = [person.name for person in target.people if person not in left]
        return f"Reminded: {listed(reached)}."

    def cancel_url(self, target: Awaited) -> str:
        return page_address(target.evaluation, ASKED_FOR[target.kind]["tab"])


ROWS = 5
CONDITIONAL_ONLY = (
    "Conditions go with a conditional approval only. Choose it, or clear them."
)
# By verdict what it means and what its reason answers; by stage, the pages on which
# one sees for oneself what the words rest on.
WORDS: dict[str, Any] = json.loads(
    Path(__file__).with_name("signing.json").read_text(encoding="utf-8")
)
# What is approved by a tick only: its name, and the words beside the box.
TICKS: dict[str, list[str]] = WORDS["ticks"]


class SignForm(forms.Form):
    shown = forms.CharField(max_length=64, widget=forms.HiddenInput)
    verdict = forms.ChoiceField(
        choices=Verdict.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one of the four."},
    )
    reason = text_field(
        required=False, max_length=5000, help_text="Others read it and act on it."
    )
    accepts_unjudged = forms.BooleanField(required=False)
    without_weights = forms.BooleanField(required=False)

    def __init__(self, *args: Any, view: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = insiders(view.rule.evaluation)
        self.unjudged = view.unjudged
        self.weightless = view.weightless
        # A weight for each category, until the role has said all of them.
        self.weights: dict[str, Category] = {}
        self.unsaid = {category for category, row in view.weights if row is None}
        for category, row in view.weights if self.unsaid and view.may_weigh else ():
            self.weights[f"weight_{category.pk}"] = category
            self.fields[f"weight_{category.pk}"] = forms.IntegerField(
                required=False,
                min_value=0,
                max_value=10,
                label=category.name,
                initial=row and row.weight,
            )
        for name, about in zip(TICKS, (self.weightless, self.unjudged), strict=True):
            self.fields[name].label = TICKS[name][1].format(about)
            if not about:
                del self.fields[name]
        for row in range(ROWS):
            self.fields[f"text_{row}"] = forms.CharField(
                required=False, max_length=2000, label=f"Condition {row + 1}"
            )
            self.fields[f"owner_{row}"] = PersonField(
                people, required=False, label="Who is responsible"
            )
            self.fields[f"due_{row}"] = day_field(required=False, label="By when")
        # As the page asks for them.
        first = (*self.weights, "without_weights")
        last = ("reason", "accepts_unjudged")
        rest = [name for name in self.fields if name not in (*first, *last)]
        self.order_fields([*first, *rest])

    def verdicts(self) -> list[tuple[str, str, str, str, bool]]:
        chosen = self["verdict"].value()
        return [
            (value, Verdict(value).label, meaning, question, value == chosen)
            for value, (meaning, question) in WORDS["verdicts"].items()
        ]

    def faults(self) -> list[tuple[str, str, str]]:
        ids = {"verdict": "id_verdict_0"}
        return [
            (ids.get(name, f"id_{name}"), self.name_of(name), str(sentence))
            for name in self.fields
            for sentence in self.errors.get(name, ())
        ]

    def name_of(self, name: str) -> str:
        base, _, row = name.rpartition("_")
        if base in ("owner", "due"):
            return f"Condition {int(row) + 1}, {str(self[name].label).lower()}"
        if name in TICKS:
            return TICKS[name][0]
        return str(self[name].label)

    def land_at_fault(self) -> None:
        for name in self.fields:
            if name in self.errors:
                self.fields[name].widget.attrs["data-focus"] = True
                return

    def weight_fields(self) -> list[Any]:
        return [self[name] for name in self.weights]

    @property
    def has_conditions(self) -> bool:
        return any(self[f"text_{row}"].value() for row in range(ROWS))

    @property
    def has_more(self) -> bool:
        names = [name for name in self.fields if name[-1] in "234"]
        return any(self[name].value() or name in self.errors for name in names)

    def condition_rows(self) -> Iterator[tuple[Any, Any, Any]]:
        for row in range(ROWS):
            yield self[f"text_{row}"], self[f"owner_{row}"], self[f"due_{row}"]

    def clean(self) -> dict[str, Any]:
        """A condition is whole, or its row is empty."""
        data: dict[str, Any] = super().clean() or {}
        for row in range(ROWS):
            text = data.get(f"text_{row}")
            owner = data.get(f"owner_{row}")
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
        data["weights"] = {
            category: weight
            for name, category in self.weights.items()
            if (weight := data.pop(name, None)) is not None
        }
        if self.unsaid - data["weights"].keys():
            role = self.weightless
        else:
            role = ""
        accepts = data.get("without_weights", False)
        if why := why_not_weightless(role, verdict, accepts=accepts):
            self.add_error("without_weights", why)
        self.land_at_fault()
        rows = [
            [data.pop(f"{name}_{row}", None) for name in ("text", "owner", "due")]
            for row in range(ROWS)
        ]
        conditions = [ConditionAsked(*row) for row in rows if all(row)]
        return {**data, "conditions": conditions}


class CloseCondition(InEvaluation[Condition]):
    title = "Close a condition"
    verb = "Close it"
    help = "Enter how it was met. The note stays with the condition."
    success = "The condition is closed."
    tab = "sign_offs"
    anchor = "condition"
    model = Condition
    target_name = "condition"
    service = close_condition
    form_class = form_of(
        closing_note=text_field(max_length=5000, label="How it was met")
    )
    template = "workflow/close_condition.html"

    def arguments(self, target: Condition, data: Mapping[str, Any]) -> dict[str, Any]:
        return {"condition": target, "note": data["closing_note"]}


class OpenRound(InEvaluation[Visit]):
    title = "Request new signatures"
    verb = "Request new signatures"
    help = (
        "Verdicts of this round stay on record but stop counting. Use this when "
        "somebody changed their mind, or once a decline is answered."
    )
    success = "Requested new signatures."
    tab = "sign_offs"
    model = Visit
    target_name = "visit"
    service = open_sign_off_round
    rule = check_open_round
    form_class = ReasonForm
    dangerous = True

    def heading(self, target: Visit) -> str:
        return f"{self.title}: {self.say(target.get_stage_display().lower())}"


ASKED = "Asked leadership. You get the answer here and by mail."
NOT_NOW = "You asked for this waiver already, or the rule holds now."
READS = "Leadership reads it."


class AskForm(forms.Form):
    gate = forms.ChoiceField(
        label="Rule",
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": NOT_NOW},
    )
    reason = text_field(max_length=5000, help_text=READS)

    def __init__(self, *args: Any, gates: list[Gate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["gate"]
        field.choices = [(gate.name, gate.title) for gate in gates]


class AskForWaiver(OnEvaluation):
    title = "Ask for a waiver"
    verb = "Ask leadership"
    help = (
        "Leadership gets a mail and grants or declines it. The rule keeps the "
        "evaluation in this stage until then."
    )
    success = ASKED
    form_class = AskForm
    prefill = ("gate",)
    service = ask_for_waiver

    def form_kwargs(self, target: Evaluation, user: User) -> dict[str, Any]:
        return {"gates": askable_gates(target, user)}


class AskToExcuse(OnPlace):
    title = "Ask leadership to excuse it"
    verb = "Ask leadership"
    help = (
        "Leadership gets a mail and grants or declines it. The candidate stays "
        "knocked out until then."
    )
    success = ASKED
    template = "vendors/place.html"
    form_class = form_of(reason=text_field(max_length=5000, help_text=READS))
    service = ask_to_excuse


class OnRequest(InEvaluation[WaiverRequest]):
    model = WaiverRequest
    related = ("visit__evaluation__owner", "candidate", "requirement", "asked_by")
    target_name = "waiver_request"
    heading_format = "{title}: {target.thing}"

    def ask_before(self, request: HttpRequest, target: WaiverRequest) -> None:
        if target.tells:
            open_answers(request, target.evaluation)

    def cancel_url(self, target: WaiverRequest) -> str:
        return address_of_request(target)


class AnswerWaiverRequest(OnRequest):
    title = "Answer a request for a waiver"
    verb = "Answer"
    help = "You can't undo a waiver. You can withdraw an excuse."
    template = "workflow/answer_waiver_request.html"
    form_class = form_of(
        answer=forms.ChoiceField(
            widget=forms.RadioSelect,
            choices=[
                (WaiverAnswer.GRANTED.value, "Grant the waiver"),
                (WaiverAnswer.DECLINED.value, "Decline it"),
            ],
        ),
        reason=text_field(
            max_length=5000,
            help_text="If you grant it, the decision memo prints this under your name.",
        ),
    )
    service = answer_waiver_request
    heading_format = "{title}"

    def success_message(self, target: WaiverRequest, outcome: Outcome) -> str:
        target.refresh_from_db(fields=["answer"])
        return f"The waiver is {target.get_answer_display().lower()}."


class WithdrawWaiverRequest(OnRequest):
    title = "Withdraw the request"
    verb = "Withdraw"
    help = "Leadership no longer has to answer. You can ask again."
    success = "The request is withdrawn."
    service = withdraw_waiver_request


# The rule that a must-have breaks which holds partly.
PROVEN = "must_haves_proven"


def waiver_of_cell(user: User, shown: ShownCell) -> dict[str, Any] | None:
    place = shown.place
    evaluation = shown.place.evaluation
    if not evaluation.is_open or evaluation.stage == Stage.REQUIREMENTS:
        return None
    rows = WaiverRequest.objects.visible_to(user).filter(visit__left_at__isnull=True)
    if shown.knocks_out:
        requests = rows.of_cell(place.candidate, place.requirement)
        ask = address_of("ask-to-excuse", place)
    elif shown.is_partly and evaluation.stage == Stage.TRIALS:
        requests = rows.in_evaluation(evaluation).filter(gate=PROVEN)
        ask = links.act("ask-for-waiver", evaluation, gate=PROVEN)
    else:
        return None
    related = ("asked_by", "answered_by", "visit__evaluation", "candidate")
    latest = requests.select_related(*related, "requirement").last()
    owns = is_owner(user, evaluation)
    if latest is None and not owns:
        return None
    return {
        "asked": latest,
        "ask": ask,
        "may_ask": owns,
        "may_answer": is_leadership(user, evaluation),
    }


register_panel("cell", 10, "workflow/parts/cell_waiver.html", waiver_of_cell)


# What somebody understands in a minute before they sign: who leads and how surely,
# what is judged of what, and what is still open.


@dataclass(frozen=True, slots=True)
class SigningSummary:
    facts: list[tuple[str, Part]]
    objections: list[Objection]
    still_open: list[Part]
    # What has to be done before it is people's turn to sign.
    early: bool
    chosen: str = ""
    stand: RankingView | None = None


def proof_of(look: GateContext) -> list[tuple[str, str]]:
    return [
        (look.evaluation.say(label), links.page(look.evaluation, label.lower()))
        for label in WORDS["proof"][look.evaluation.stage]
    ]


def glance_at(look: GateContext, user: User) -> SigningSummary:
    reports = gate_reports(look.evaluation, look)
    missing = in_the_way(report for report in reports if not report.gate.signing)
    stage = Stage(look.evaluation.stage)
    if stage == Stage.DECISION:
        drafted = draft(look)
    else:
        drafted = None
    return SigningSummary(
        facts=list(FACTS[stage](look)),
        objections=objections(look.visit, look.tallies),
        still_open=[*open_trials(look), *(blocker.sentence for blocker in missing)],
        early=bool(missing),
        chosen=str(drafted.candidate or "") if drafted else "",
        stand=None
        if stage == Stage.REQUIREMENTS
        else how_they_stand(look.evaluation, user),
    )


def open_trials(look: GateContext) -> Iterator[Part]:
    if half := unjudged_words(look):
        yield say("{}.", half)
    if look.evaluation.stage not in (Stage.TRIALS, Stage.DECISION):
        return
    for trial in look.trials:
        number = sum(gap.closed_at is None for gap in trial.gaps.all())
        if number:
            gaps = counted_noun(f"gaps.open.{trial.candidate_id}", number, "gap")
            yield say("{}: {} open.", str(trial.candidate), gaps)


def requirements(look: GateContext) -> Iterator[tuple[str, Part]]:
    evaluation = look.evaluation
    number = counted_of("needs.all", len(look.requirements))
    musts = counted_noun("needs.musts", len(look.musts), "must-have")
    yield "Requirements", say("{}, {} among them", number, musts)
    weights = {row.category: row.category.weight for row in look.requirements}
    given = sum(weight is not None for weight in weights.values())
    yield "Categories with a weight", counted_of("needs.weighted", given, len(weights))
    if evaluation.must_run_by:
        yield "Must run by", day_in_words(evaluation.must_run_by)
    if evaluation.budget is not None:
        limit = money("brief.budget", evaluation.budget)
        yield "Budget", say("{} {}", limit, evaluation.currency)


def candidates(look: GateContext) -> Iterator[tuple[str, Part]]:
    names = [str(candidate) for candidate in look.shortlisted]
    yield "Shortlisted", listed(names) or "nobody yet"


def trials(look: GateContext) -> Iterator[tuple[str, Part]]:
    whole = look.criteria_in_all
    judged = counted_of("judged.all", whole.judged, whole.asked)
    noun = look.evaluation.wording["trial" if len(look.trials) == 1 else "trials"]
    number = say(f"{{}} {noun}", counted_of("judged.trials", len(look.trials)))
    yield "Judged", say("{} criteria, in {}", judged, number)


def decision(look: GateContext) -> Iterator[tuple[str, Part]]:
    yield from trials(look)
    number = look.open_conditions.count()
    yield "Open conditions", counted_of("conditions.open", number)


FACTS = {
    Stage.REQUIREMENTS: requirements,
    Stage.RESEARCH: candidates,
    Stage.DEMOS: candidates,
    Stage.TRIALS: trials,
    Stage.DECISION: decision,
}


@dataclass(frozen=True, slots=True)
class Section:
    anchor: str
    heading: str
    html: SafeString
    # Lines of its tables without their heads.
    rows: int


@dataclass(frozen=True, slots=True)
class SignedText:
    title: str
    opening: SafeString
    parts: list[Section]

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.parts)


def words_of(document: str) -> SignedText:
    """A canonical document in its sections, each as HTML; no line of it is left out."""
    opening, *sections = f"\n{document}".split("\n## ")
    title, _, before = opening.strip().partition("\n")
    parts = []
    for number, section in enumerate(sections, 1):
        heading, _, body = section.partition("\n")
        name = readable(heading)
        html = as_html(body, heading=name)
        parts.append(Section(f"part-{number}", name, html, rows_in(body)))
    return SignedText(readable(title), as_html(before, heading=readable(title)), parts)


def rows_in(body: str) -> int:
    lines = body.splitlines()
    rows = sum(line.startswith("| ") for line in lines)
    heads = sum(line.startswith("| ---") for line in lines)
    return rows - 2 * heads
