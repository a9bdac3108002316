"""Acts that write down what is needed: categories, requirements, weights."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, groupby
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse, QueryDict

from evaltracker.enumerations import Priority
from evaltracker.errors import Invalid, why_not
from evaltracker.evaluations.choices import PRIORITY_CHOICES, Stage
from evaltracker.evaluations.models import (
    Category,
    Evaluation,
    Metric,
    Requirement,
    Scope,
    User,
)
from evaltracker.evaluations.policy import is_owner
from evaltracker.importing.grids import PastesImport
from evaltracker.pages.acts import address_of
from evaltracker.pages.fields import (
    MeasureField,
    MeasureLine,
    ReasonForm,
    form_like,
    mark_needed,
)
from evaltracker.pages.grid import Grid, GridColumn, Saves, register_grid
from evaltracker.pages.search import page_number
from evaltracker.pages.site import panels_of
from evaltracker.pages.workspace import (
    InEvaluation,
    OnEvaluation,
    evaluation_page,
    show,
)
from evaltracker.requirements.admin.brief import TO_LEAVE
from evaltracker.requirements.services.categories import add_category, weigh_category
from evaltracker.requirements.services.requirements import (
    WRITABLE_STAGES,
    add_requirement,
    change_requirement,
    check_add_requirement,
    check_change_requirements,
    check_weigh_requirement,
    move_requirements,
    retire_requirement,
)
from evaltracker.requirements.services.scopes import check_demand, check_write_lists
from evaltracker.talk.rules import discuss_address, discuss_words, with_counts

CHANGEABLE = (
    "category",
    "text",
    "priority",
    "weight",
    "measure",
    "metric",
    "metric_excuse",
    "vendor_help",
    "scorer_help",
)


class RequirementForm(
    form_like(  # type: ignore[misc]
        Requirement,
        ("ref", *CHANGEABLE),
        measure=MeasureField(),
        category=forms.ModelChoiceField(Category._default_manager.none()),
        metric=forms.ModelChoiceField(
            Metric._default_manager.none(),
            required=False,
            help_text="The business metric that it moves.",
        ),
        must_hold_for=forms.ModelMultipleChoiceField(
            Scope._default_manager.none(),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text="Lists of the brief in whose every value it must hold.",
        ),
    )
):
    def __init__(
        self,
        *args: Any,
        evaluation: Evaluation,
        is_new: bool,
        weights_are_open: bool,
        lists_are_open: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = evaluation.categories.all()
        self.fields["metric"].queryset = evaluation.metrics.all()
        self.fields["must_hold_for"].queryset = evaluation.scopes.all()
        if not lists_are_open or not evaluation.scopes.exists():
            del self.fields["must_hold_for"]
        if not is_new:
            del self.fields["ref"]
        if not weights_are_open and not is_new:
            # Nobody tunes a weight to a vendor; the service refuses it too.
            del self.fields["weight"]


mark_needed(
    RequirementForm, "a must-have needs one of these two", "metric", "metric_excuse"
)
CategoryForm = form_like(Category, ("name", "weight", "price_reason"))
WeightForm = form_like(Category, ("weight", "price_reason"))
for form in (CategoryForm, WeightForm):
    mark_needed(form, TO_LEAVE, "weight")
    mark_needed(form, "only if it is about price", "price_reason")


class OnRequirements(OnEvaluation):
    tab = "requirements"


class AddRequirement(OnRequirements):
    title = "Add a requirement"
    verb = "Add"
    again_verb = "Add and start another"
    help = (
        "Ask for one thing that can be shown and tested. A candidate that fails a "
        "must-have is out."
    )
    success = "The requirement is added."
    form_class = RequirementForm
    prefill = ("category",)
    service = add_requirement

    def form_kwargs(self, target: Evaluation, user: User) -> dict[str, Any]:
        return {
            "evaluation": target,
            "is_new": True,
            "weights_are_open": True,
            "lists_are_open": why_not(check_write_lists, target, user) is None,
        }

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        return {"ref": f"R{target.requirements.count() + 1}", "weight": 5}

    def destination(self, target: Evaluation, made: Any) -> str:
        return self.page(target, f"requirement-{made.pk}")


class OnRequirement(InEvaluation[Requirement]):
    tab = "requirements"
    anchor = "requirement"
    model = Requirement
    target_name = "requirement"


class ChangeRequirement(OnRequirement):
    title = "Change requirement"
    verb = "Save"
    help = (
        "After the requirements stage, a new text, priority or measure makes a new "
        "revision. Answers, proofs and signatures on the old one have to be "
        "confirmed again."
    )
    success = "The requirement is saved."
    form_class = RequirementForm
    service = change_requirement

    def form_kwargs(self, target: Requirement, user: User) -> dict[str, Any]:
        """Choices of its evaluation; the weight only while it may change."""
        open_weights = target.evaluation.stage == Stage.REQUIREMENTS
        return {
            "evaluation": target.evaluation,
            "is_new": False,
            "weights_are_open": open_weights,
            "lists_are_open": why_not(check_demand, target, user) is None,
        }

    def initial(self, target: Requirement, user: User) -> dict[str, Any]:
        lists = [held.scope for held in target.demands.select_related("scope")]
        fields = {field: getattr(target, field) for field in CHANGEABLE}
        return {**fields, "must_hold_for": lists}


class RetireRequirement(OnRequirement):
    title = "Retire requirement"
    verb = "Retire"
    help = "Nobody has to answer it any more. Its records stay."
    success = "The requirement is retired."
    form_class = ReasonForm
    dangerous = True
    service = retire_requirement


class AddCategory(OnRequirements):
    title = "Add a category"
    verb = "Add"
    again_verb = "Add and start another"
    help = "Requirements of a category are weighed and scored together."
    success = "The category is added."
    form_class = CategoryForm
    service = add_category
    rule = check_add_requirement

    def destination(self, target: Evaluation, made: Any) -> str:
        return self.page(target, f"category-{made.pk}")


class WeighCategory(InEvaluation[Category]):
    title = "Weigh category"
    verb = "Save"
    help = (
        "The weight that the roles agreed on, before any vendor is seen. 0 counts for "
        "nothing, blank means not agreed yet."
    )
    success = "The weight is saved."
    tab = "requirements"
    anchor = "category"
    model = Category
    target_name = "category"
    service = weigh_category
    form_class = WeightForm
    current_fields = ("weight", "price_reason")


PER_PAGE = 200
LONGEST_SEARCH = 200


@dataclass(frozen=True, slots=True)
class RequirementFilter:
    priority: str = ""
    category: str = ""
    text: str = ""
    retired: bool = False

    @property
    def query(self) -> str:
        fields = {
            "priority": self.priority,
            "category": self.category,
            "q": self.text,
            "retired": "1" if self.retired else "",
        }
        return urlencode({name: value for name, value in fields.items() if value})


def read_filters(query: QueryDict, categories: Sequence[Category]) -> RequirementFilter:
    """The filters of the address.

    Raises:
        Invalid: a priority or category that is not offered, or too long a text.
    """
    priority = query.get("priority", "")
    category = query.get("category", "")
    text = query.get("q", "").strip()
    if priority and priority not in Priority:
        raise Invalid("There is no such priority.")
    if category and category not in {str(category.pk) for category in categories}:
        raise Invalid("There is no such category in this evaluation.")
    if len(text) > LONGEST_SEARCH or "\x00" in text:
        raise Invalid(f"Search for at most {LONGEST_SEARCH} characters of text.")
    return RequirementFilter(priority, category, text, bool(query.get("retired")))


def listed_requirements(
    rows: QuerySet[Requirement], filters: RequirementFilter
) -> QuerySet[Requirement]:
    rows = rows.filter(retired_at__isnull=not filters.retired)
    rows = rows.select_related("category", "metric").prefetch_related("demands__scope")
    if filters.priority:
        rows = rows.filter(priority=filters.priority)
    if filters.category:
        rows = rows.filter(category__pk=filters.category)
    for word in filters.text.split()[:20]:
        rows = rows.filter(Q(text__icontains=word) | Q(ref__icontains=word))
    return rows.order_by("category__position", "category__name", "position", "ref")


@evaluation_page("requirements", "Requirements", order=20, group="Need")
def requirements(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    user: Any = request.user
    live = Q(requirements__retired_at__isnull=True)
    categories = list(
        evaluation.categories.annotate(size=Count("requirements", filter=live))
    )
    filters = read_filters(request.GET, categories)
    rows = Requirement.objects.filter(evaluation=evaluation)
    pages = Paginator(listed_requirements(rows, filters), PER_PAGE)
    page = pages.page(page_number(request, pages.num_pages))
    owner = is_owner(user, evaluation) and evaluation.is_open
    counts = evaluation.requirements.filter(retired_at__isnull=True).aggregate(
        all=Count("pk"), musts=Count("pk", filter=Q(priority=Priority.MUST))
    )
    groups = [
        (category, list(rows))
        for category, rows in groupby(
            page, key=lambda requirement: requirement.category
        )
    ]
    filled = {category.pk for category, _ in groups}
    return show(
        request,
        evaluation,
        "evaluations/requirements.html",
        groups=groups,
        empty_categories=[
            category
            for category in categories
            if not (category.size or category.pk in filled or filters.query)
        ],
        categories=categories,
        priorities=PRIORITY_CHOICES,
        asked=filters,
        page=page,
        counts=counts,
        has_grid=owner and not filters.retired,
        may_write=owner and evaluation.stage in WRITABLE_STAGES,
        may_change=owner,
        may_weigh=owner and evaluation.stage == Stage.REQUIREMENTS,
        panels=panels_of("requirements", evaluation, user),
    )


SAVES = Saves(change_requirement, "requirement")


def beside_ref(row: Requirement) -> str:
    if row.revision > 1:
        return f"rev. {row.revision}"
    return ""


def missing_metric(row: Requirement) -> str:
    """A must-have moves a metric, or says why it moves none."""
    unsaid = row.metric is None and not row.metric_excuse
    if row.is_must and unsaid:
        return "Which metric does it move?"
    return ""


def below_text(row: Requirement) -> str:
    lists = [f"Must hold for all of {held.scope.name}" for held in row.demands.all()]
    return "\n".join(lists)


def below_metric(row: Requirement) -> str:
    if row.metric_excuse and not row.metric:
        return f"none: {row.metric_excuse}"
    return ""


@register_grid
class RequirementsGrid(PastesImport, Grid[Evaluation, Requirement]):
    name = imports = "requirements"
    title = "Requirements"
    related = ("owner",)
    anchor = "requirement"
    noun = "requirement"
    row_acts = ("retire-requirement",)
    first_column = "text"
    adding = check_add_requirement
    carried = ("category",)

    def columns(self, subject: Evaluation, user: User) -> Sequence[GridColumn]:
        form = RequirementForm(
            evaluation=subject, is_new=True, weights_are_open=True, lists_are_open=False
        )
        rules = (
            *(check_change_requirements, check_add_requirement),
            check_weigh_requirement,
        )
        other, text_closed, weight = (
            str(why_not(rule, subject, user) or "") for rule in rules
        )

        def made(name: str, label: str, closed: str, **more: Any) -> GridColumn:
            return GridColumn(
                name, label, form.fields[name], SAVES, closed=closed, **more
            )

        return (
            GridColumn("ref", "Ref", form.fields["ref"], aside=beside_ref),
            made("text", "Requirement", text_closed, width=34, aside=below_text),
            made("priority", "Priority", text_closed, width=12, for_many=True),
            made("weight", "Weight", weight, width=10, for_many=True),
            made(
                *("metric", "Moves", other),
                width=9,
                for_many=True,
                missing=missing_metric,
                aside=below_metric,
            ),
            made("category", "Category", other, width=12, for_many=True),
            made(
                *("vendor_help", "Help for vendors", text_closed), width=10, spare=True
            ),
            GridColumn(
                *("measure", "Must reach", MeasureLine(), SAVES),
                closed=text_closed,
                read=lambda row: row.measure_words,
                width=11,
                for_many=True,
                spare=True,
            ),
        )

    def rows(self, subject: Evaluation, user: User) -> QuerySet[Requirement]:
        rows: QuerySet[Requirement] = Requirement.objects.visible_to(user).filter(
            evaluation=subject
        )
        rows = with_counts(rows.select_related("evaluation"), "requirement")
        return listed_requirements(rows, read_filters(QueryDict(), ()))

    def filtered(
        self, rows: QuerySet[Requirement], subject: Evaluation, asked: QueryDict
    ) -> QuerySet[Requirement]:
        return listed_requirements(
            rows, read_filters(asked, list(subject.categories.all()))
        )

    def links(self, row: Requirement, user: User) -> Iterable[tuple[str, str]]:
        if not is_owner(user, row.evaluation):
            return
        if row.evaluation.is_open:
            yield "Change", address_of("change-requirement", row)
        yield discuss_words(row), discuss_address("requirement", row.pk)

    def add(
        self, subject: Evaluation, values: Mapping[str, Any], by: User
    ) -> Requirement:
        """A row needs its words alone: the rest is as the form begins."""
        filled = {name: value for name, value in values.items() if value is not None}
        if not filled.get("category"):
            raise Invalid("Choose a category.", errors={"category": ["Choose one."]})
        filled["ref"] = filled.get("ref") or free_ref(subject)
        return add_requirement(evaluation=subject, by=by, **{"text": "", **filled})

    def may_move(self, subject: Evaluation, user: User) -> bool:
        return why_not(check_change_requirements, subject, user) is None

    def move(
        self,
        subject: Evaluation,
        rows: Sequence[Requirement],
        above: Requirement | None,
        below: Requirement | None,
        by: User,
    ) -> None:
        move_requirements(
            evaluation=subject, requirements=rows, above=above, below=below, by=by
        )

    def note(self, subject: Evaluation, user: User) -> str:
        live = subject.requirements.filter(retired_at=None)
        sums = live.values_list("category__name").annotate(Sum("weight"))
        ordered = sums.order_by("category__position", "category__name")
        weights = " · ".join(f"{name} {weight}" for name, weight in ordered)
        if weights:
            return f"Weight by category: {weights}"
        return ""


def free_ref(evaluation: Evaluation) -> str:
    taken = set(evaluation.requirements.values_list("ref", flat=True))
    refs = (f"R{number}" for number in count(len(taken) + 1))
    return next(ref for ref in refs if ref not in taken)
