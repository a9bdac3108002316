"""The comparison: every option on equal terms, and every number with its working."""

import datetime
import uuid
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from evaltracker.decision.admin.comparison import (
    by_category,
    compare,
    cost_against_fit,
    drawn,
    key_to,
    not_drawn,
    working_of,
)
from evaltracker.decision.memo.brief import effort_rows
from evaltracker.decision.memo.certainty import by_weights, weighed
from evaltracker.decision.memo.figures import Figures, counted_of
from evaltracker.decision.memo.inputs import StandingMemo, memo_on, standing_memo
from evaltracker.decision.memo.record import Inputs, name_of
from evaltracker.decision.memo.text import measured_needs
from evaltracker.decision.models import Decision
from evaltracker.decision.selectors.metrics import newest_readings
from evaltracker.decision.services.evidence_pack import take_pack
from evaltracker.errors import Invalid, NotFound
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.acts import Outcome, Rule
from evaltracker.pages.base import check_query
from evaltracker.pages.fields import OfferingForm, form_like, mark_needed
from evaltracker.pages.site import site
from evaltracker.pages.workspace import (
    OnEvaluation,
    crumbs_to,
    evaluation_page,
    find_evaluation,
    show,
)
from evaltracker.toolbox.files import handed_out
from evaltracker.toolbox.text import listed
from evaltracker.workflow.gates.context import reports_for
from evaltracker.workflow.services.stages import (
    check_draft_decision,
    decide,
    draft_decision,
)
from trials.scoring import WEAKNESS
from trials.selectors.trials import unequal_trials
from vendors.admin.base import AboutCandidate, open_answers
from vendors.choices import CandidateState
from vendors.models import Candidate

FURTHEST = datetime.timedelta(days=3660)
DATES = 6
MEASURED = 20


@dataclass(frozen=True, slots=True)
class ComparisonDay:
    """The day that a comparison is of, and whether promises count as kept then. `today`
    is the day of the inputs: now, or when the memo was frozen."""

    day: datetime.date
    today: datetime.date
    kept: bool

    @property
    def moved(self) -> bool:
        return self.day != self.today or self.kept

    @property
    def query(self) -> str:
        if not self.moved:
            return ""
        query = {"as_of": self.day.isoformat()} | ({"kept": "1"} if self.kept else {})
        return f"?{urlencode(query)}"


@evaluation_page("comparison", "Comparison", order=105)
def comparison_page(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    user: Any = request.user
    day, now, standing = standing_on(request, evaluation)
    memo = standing.memo
    comparison = compare(standing.figures, evaluation, user)
    options = drawn(comparison)
    chart = cost_against_fit(memo, options, comparison.currency)
    needs = sorted(measured_needs(memo), key=lambda need: not need.is_measured)
    more = max(len(needs) - MEASURED, 0)
    return show(
        request,
        evaluation,
        "workflow/comparison.html",
        comparison=comparison,
        rows=[(option, now.figures.fit(option.key)) for option in comparison.compared],
        asked=standing.brief(
            prices=comparison.prices_open, readings=newest_readings(evaluation)
        ),
        day=day,
        planned=standing.planned[:DATES],
        weighed=weighed(standing.figures),
        by_weights=by_weights(standing.figures),
        weakness=WEAKNESS,
        robustness=memo["results"].get("robustness", {}),
        roles=role_rows(standing.figures),
        categories=by_category(standing.figures, options),
        scatter=chart,
        priced=[
            option for option in options if option.cost and option.fit.exact is not None
        ],
        key=key_to(chart) if chart else [],
        not_drawn=not_drawn(comparison),
        unequal=unequal_trials(evaluation),
        efforts=effort_rows(memo),
        measured={
            "needs": needs[:MEASURED],
            "more": more and counted_of("stated.measured", more),
        },
    )


def standing_on(
    request: HttpRequest, evaluation: Evaluation
) -> tuple[ComparisonDay, StandingMemo, StandingMemo]:
    """The day that is asked for, and how all stood now and stands then."""
    open_answers(request, evaluation)
    now = standing_memo(evaluation)
    day = day_asked(request, now.inputs)
    if day.moved:
        moved = memo_on(evaluation, day.day, kept=day.kept)
    else:
        moved = now
    return day, now, moved


def day_asked(request: HttpRequest, inputs: Inputs) -> ComparisonDay:
    """The day in the address, or that of the inputs.

    Raises:
        Invalid: no day, one before the inputs, or more than ten years ahead.
    """
    check_query(request, filters=("as_of", "kept"))
    today = datetime.date.fromisoformat(inputs["as_of"])
    as_of = request.GET.get("as_of", "")
    kept = request.GET.get("kept", "")
    if kept not in ("", "1"):
        raise Invalid("“kept” is 1, or it is left out.")
    try:
        if as_of:
            day = datetime.date.fromisoformat(as_of)
        else:
            day = today
    except ValueError:
        raise Invalid("Give the day as year-month-day, such as 2027-03-01.") from None
    if not today <= day <= today + FURTHEST:
        raise Invalid(
            f"Choose a day from {today} on, at most ten years ahead. What was known on "
            "an earlier day stands in the journal."
        )
    return ComparisonDay(day, today, kept == "1")


def role_rows(figures: Figures) -> list[dict[str, Any]]:
    return [
        {
            "role": name_of(figures.inputs, role),
            "picks": listed([figures.names[key] for key in keys]) or "nobody",
            "fit": fit,
            "lead": lead,
        }
        for role, (keys, fit, lead) in figures.roles.items()
    ]


def working_page(
    request: HttpRequest, slug: str, candidate_id: uuid.UUID
) -> HttpResponse:
    user: Any = request.user
    evaluation = find_evaluation(user, slug)
    day, _, standing = standing_on(request, evaluation)
    comparison = compare(standing.figures, evaluation, user)
    key = str(candidate_id)
    option = next((option for option in comparison.options if option.key == key), None)
    if option is None:
        raise NotFound
    return show(
        request,
        evaluation,
        "workflow/working.html",
        title=f"How {option.name} was counted",
        tab="comparison",
        crumbs=crumbs_to(evaluation, ("Comparison", "comparison"), (option.name, "")),
        option=option,
        comparison=comparison,
        day=day,
        working=working_of(standing, key, comparison),
    )


site.register_page(
    "e/<slug:slug>/comparison/<uuid:candidate_id>/",
    require_safe(working_page),
    "working",
)


WORDS = ("rationale", "dissent", "revisit_when")


class DraftForm(
    OfferingForm,
    form_like(  # type: ignore[misc]
        Decision,
        ("candidate", *WORDS),
        candidate=forms.ModelChoiceField(
            Candidate._default_manager.none(),
            required=False,
            empty_label="not chosen yet",
            help_text="One of the shortlisted candidates.",
        ),
    ),
):
    offers: ClassVar = {
        "candidate": lambda about: about.candidates.filter(
            state=CandidateState.SHORTLISTED
        )
    }


mark_needed(DraftForm, "needed to decide", "candidate", "rationale")


class OnDecision(OnEvaluation, AboutCandidate[Evaluation]):
    tab = "decision"
    rule: ClassVar[Rule | None] = check_draft_decision


class DraftDecision(OnDecision):
    title = "Draft the decision"
    verb = "Save the draft"
    help = (
        "Everybody who signs, signs these words. If you change them, everybody has to "
        "sign again."
    )
    success = "The draft is saved."
    form_class = DraftForm
    service = draft_decision

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        drafted = Decision.objects.filter(evaluation=target).first()
        if drafted is None:
            return {}
        return {field: getattr(drafted, field) for field in ("candidate", *WORDS)}


class Decide(OnDecision):
    title = "Decide"
    verb = "Decide and freeze the memo"
    help = (
        "Checks every rule once more. Then freezes inputs, results and text, chooses "
        "the candidate and ends the evaluation. You can't undo this."
    )
    success = "Decided. The memo is frozen."
    template = "workflow/decide.html"
    service = decide
    needs_proof = True

    def context(self, target: Evaluation, user: User) -> dict[str, Any]:
        drafted = Decision.objects.filter(evaluation=target)
        return {
            **super().context(target, user),
            "drafted": drafted.select_related("candidate").first(),
            "reports": reports_for(user, target) if target.is_open else [],
        }

    def destination(self, target: Evaluation, made: Any) -> str:
        return reverse("admin:memo", args=[target.slug])


class TakePack(OnDecision):
    title = "Make an evidence pack"
    verb = "Make the pack"
    help = (
        "A zip with the memo, the matrix, the signatures, the journal and every file "
        "with its SHA-256. README.txt "
        "in it says how anybody verifies it. The journal keeps that you took it."
    )
    in_dialog = False  # it answers with a file
    success = "Evidence pack made. The journal records it."
    service = take_pack

    def destination(self, target: Evaluation, made: Any) -> Outcome:
        name = f"{target.slug}-evidence.zip"
        return handed_out(made, name=name, content_type="application/zip")
