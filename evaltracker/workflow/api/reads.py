"""What people's programs read: each read is one declaration, and equals a page."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import (
    Case,
    F,
    JSONField,
    Model,
    Prefetch,
    Q,
    QuerySet,
    URLField,
    Value,
    When,
)
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evaltracker.decision.admin.comparison import compare
from evaltracker.decision.memo.figures import Figure, Sentence
from evaltracker.decision.memo.inputs import standing_memo
from evaltracker.decision.models import Decision
from evaltracker.errors import Invalid, require_row
from evaltracker.evaluations import models as base
from evaltracker.evaluations.choices import AskedState, Stage
from evaltracker.evaluations.journal import plain
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.tabs import unless_unchanged
from evaltracker.toolbox.registry import Registry, only_reading
from evaltracker.toolbox.rest import views
from evaltracker.toolbox.rest.views import problems
from evaltracker.workflow.api.base import READ, StaffView
from evaltracker.workflow.gates.table import reports_for
from evaltracker.workflow.inbox import my_work
from evaltracker.workflow.models import AskedAct
from evaltracker.workflow.services.stages import memo_for
from stakeholders.models import SignOff, Stakeholder
from trials import models as proof
from trials.admin.evidence import file_rows
from trials.models.runs import is_left_out
from trials.policy import today_in
from trials.selectors import matrix
from trials.selectors.cells import awaited_replies
from trials.selectors.ledger import one_cell
from trials.services.scripts import QUOTE
from vendors import models as market
from vendors.admin.costs import CostColumn, KindRow, cost_columns, running
from vendors.choices import CostState, PriceSource
from vendors.policy import check_interests_said, check_read_answers, may_see_prices
from vendors.selectors.costs import schedule_for, sealed_quotes

# By name: the title, and of rows the fields (of the model, also by way of another row),
# those in which a vendor's words stand (`said`) and the order (`key`, as in `page_at`);
# of what is made, its schema.
ABOUT = json.loads(Path(__file__).with_name("reads.json").read_text("utf-8"))
# What is said of another row beside its id.
BESIDE = {
    **dict.fromkeys(("Candidate", "Category", "Metric", "Vendor"), "name"),
    **dict.fromkeys(("Demo", "Milestone", "ResearchNote", "Trial"), "title"),
    **{"Criterion": "code", "Requirement": "ref", "SignedDocument": "sha256"},
    **{"Stakeholder": "user.name", "Visit": "stage"},
}

type Params = Mapping[str, str]
type Whose = Callable[[Any], Any]
type Make = Callable[[User, Any, Params], Any]


class Row(serializers.ModelSerializer[Any]):
    """A row by its model's names. A vendor's words stand under `said_by_vendor` alone;
    where the buyer wrote them, under `said_by_us`."""

    whose: ClassVar[Whose | None] = None

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        if whose := type(self).whose:
            shown["said_by_us" if whose(instance) else "said_by_vendor"] = None
        return shown


nullable: Any = {"read_only": True, "allow_null": True}


@dataclass(frozen=True)
class Read:
    """Rows of `model` that a person sees, or what `make` makes for them; more stands in
    `ABOUT`. `rule` refuses who may not read the page; `whose` tells of a row whether
    its vendor wrote the words that may be its."""

    name: str
    model: type[Model] = Evaluation
    rule: Callable[[Evaluation, User], None] | None = None
    whose: Whose | None = None
    more: Mapping[str, Any] = field(default_factory=dict)
    said_more: Mapping[str, Any] = field(default_factory=dict)
    narrow: Callable[[Any, User], Any] = lambda rows, person: rows
    make: Make | None = None
    params: tuple[str, ...] = ("limit", "cursor")
    path: str = "evaluations/{slug}/{name}/"
    # Whether the journal's head, with the day, is the version of the answer.
    by_head: bool = False

    @property
    def operation(self) -> str:
        name = self.name.replace("-", "_")
        way = "" if name in ("asked", "evaluations", "vendors") else "evaluations_"
        return f"{way}{name}_{'read' if self.make else 'list'}".replace(
            "evaluations_evaluation_", "evaluations_"
        )

    @property
    def about(self) -> dict[str, Any]:
        about: dict[str, Any] = ABOUT[self.name]
        return about

    @cached_property
    def output(self) -> type[Row]:
        said = self._serializer("Words", self.about.get("said", []), self.said_more)
        parts = ["said_by_vendor"] if "said" in self.about else []
        how: Any = {"source": "*", "read_only": True, "allow_null": bool(self.whose)}
        words = {
            part: said(**how) for part in (*parts, *(["said_by_us"] * bool(self.whose)))
        }
        more = {**self.more, **words, "whose": self.whose}
        return self._serializer("Row", ["id", *self.about["fields"]], more)

    def _serializer(
        self, of: str, names: Iterable[str], more: Mapping[str, Any]
    ) -> type[Row]:
        declared, own = dict[str, Any](), list[str]()
        for name in names:
            column, last = self._column(name), name.rpartition(".")[2]
            how = {"read_only": True, "allow_null": column.null}
            if isinstance(column, JSONField):
                declared[name] = serializers.JSONField(read_only=True)
            elif isinstance(column, URLField):  # blank is no URI
                declared[name] = serializers.CharField(read_only=True)
            elif column.choices and column.blank:
                declared[name] = serializers.ChoiceField(
                    column.choices, read_only=True, allow_blank=True
                )
            elif column.related_model is None:
                own.append(name)
            elif column.related_model is User:
                declared[last] = serializers.CharField(source=f"{name}.name", **how)
            else:
                declared[last] = serializers.UUIDField(source=f"{name}_id", **how)
                if says := BESIDE.get(column.related_model.__name__, ""):
                    beside = f"{last}_{says.rpartition('.')[2]}"
                    declared[beside] = serializers.CharField(
                        source=f"{name}.{says}", **how
                    )
        shown = [*own, *declared, *(part for part in more if part != "whose")]
        meta = {"model": self.model, "fields": shown, "read_only_fields": own}
        body = {**declared, **more, "Meta": type("Meta", (), meta)}
        body["__doc__"] = self.about["title"]
        return type(f"{self.name.title().replace('-', '')}{of}", (Row,), body)

    def _column(self, name: str) -> Any:
        model: Any = self.model
        *way, last = name.split(".")
        for step in way:
            model = model._meta.get_field(step).related_model
        return model._meta.get_field(last)

    @cached_property
    def _beside(self) -> set[str]:
        """The rows that are read with each, as paths."""
        sources = (str(part.source) for part in self.output().fields.values())
        ways = (source.rpartition(".")[0] for source in sources)
        return {way.replace(".", "__") for way in ways if way}

    @cached_property
    def show(self) -> Callable[[Any], dict[str, Any]]:
        return self.output().to_representation

    def rows(self, person: User, evaluation: Evaluation | None) -> QuerySet[Any]:
        """What `person` sees, in the evaluation or anywhere."""
        manager: Any = self.model._default_manager
        rows = self.narrow(manager.visible_to(person), person)
        rows = rows.in_evaluation(evaluation) if evaluation else rows
        found: QuerySet[Any] = rows
        return rows.select_related(*self._beside) if self._beside else found

    def check(self, evaluation: Evaluation, person: User) -> None:
        if self.rule:
            self.rule(evaluation, person)

    def answer(
        self, person: User, evaluation: Evaluation | None, params: Params
    ) -> dict[str, Any]:
        """What the call answers; `evaluation` is one that the person sees.

        Raises:
            Problem: they may not read it now, or what is asked for is not there.
        """
        made = self.made(person, evaluation, params)
        answer: dict[str, Any] = json.loads(made) if isinstance(made, str) else made
        return answer

    def made(self, person: User, evaluation: Any, params: Params) -> Any:
        """The same, or its JSON where that is written at once."""
        self.check(evaluation, person)
        with only_reading():
            return self._made(person, evaluation, params)

    def _made(self, person: User, evaluation: Any, params: Params) -> Any:
        if self.make:
            return self.make(person, evaluation, params)
        path = self.path.format(slug=evaluation and evaluation.slug, name=self.name)
        return views.page_at(
            f"{settings.SITE_URL}/api/v1/staff/{path}",
            params,
            self.rows(person, evaluation),
            key=self.about["key"],
            show=self.show,
        )


READS: Registry[str, Read] = Registry("read")


def read(name: str, *about: Any, **how: Any) -> Read:
    return READS.register(name, Read(name, *about, **how))


def of_bound(rows: Any, person: User) -> Any:
    """Of companies those of the one purchase that a token is bound to, if it is."""
    here = rows.filter(candidates__evaluation=person.bound_to).distinct()
    return here if person.bound_to else rows


def with_state(rows: Any, person: User) -> Any:
    """What was asked, of a bound token's evaluation alone; an open one may be over."""
    waiting = AskedAct.objects.waiting_on(person)
    stands = Case(
        When(~Q(state=AskedState.OPEN) | Q(pk__in=waiting), then=F("state")),
        default=Value("lapsed"),
    )
    here = rows.filter(evaluation=person.bound_to) if person.bound_to else rows
    return here.annotate(stands=stands)


read(
    "asked",
    AskedAct,
    path="{name}/",
    narrow=with_state,
    more={
        "state": serializers.ChoiceField(
            [*AskedState.values, "lapsed"], source="stands", read_only=True
        ),
        "link": serializers.CharField(read_only=True),
    },
)
read("evaluations", path="{name}/", narrow=lambda rows, person: rows.real())
read("vendors", market.Vendor, path="{name}/", narrow=of_bound)
read(
    "evaluation",
    make=lambda person, evaluation, params: READS["evaluation"].show(evaluation),
    params=(),
    path="evaluations/{slug}/",
)
read(
    "requirements",
    base.Requirement,
    more={"lists": serializers.StringRelatedField(source="demands", many=True)},
    narrow=lambda rows, person: rows.prefetch_related("demands__scope"),
)
read("categories", base.Category)
read("metrics", base.Metric)
read(
    "lists",
    base.Scope,
    more={"values": serializers.StringRelatedField(many=True)},
    narrow=lambda rows, person: rows.prefetch_related(
        Prefetch("values", base.ScopeValue.objects.filter(retired_at=None))
    ),
)
read("stakeholders", Stakeholder)
read("sign-offs", SignOff)
read("candidates", market.Candidate, check_interests_said)
read("proposals", market.Proposal, check_interests_said)
read(
    "questions",
    market.Question,
    check_interests_said,
    attrgetter("asking"),
    said_more={
        "as_asked": serializers.CharField(source="asking.words", **nullable),
        "candidate": serializers.UUIDField(source="asking.candidate_id", **nullable),
        "candidate_name": serializers.CharField(
            source="asking.candidate.name", **nullable
        ),
    },
    narrow=lambda rows, person: rows.prefetch_related("askings__candidate"),
)
read("claims", market.Claim, check_read_answers, attrgetter("by_vendor"))
read("demos", proof.Demo, check_read_answers)
read(
    "script-items",
    proof.ScriptItem,
    check_read_answers,
    lambda item: QUOTE in item.question,
)
read("trials", proof.Trial, check_read_answers)
read("criteria", proof.Criterion, check_read_answers)
read("milestones", proof.Milestone, check_read_answers)
read("gaps", proof.Gap, check_read_answers)
read(
    "evidence",
    proof.Evidence,
    check_read_answers,
    more={
        "taken_back_at": serializers.DateTimeField(
            source="taken_back.taken_back_at", **nullable
        ),
        "taken_back_because": serializers.CharField(
            source="taken_back.reason", **nullable
        ),
    },
)
read(
    "runs",
    proof.Run,
    check_read_answers,
    more={"is_left_out": serializers.BooleanField(read_only=True)},
    narrow=lambda rows, person: rows.annotate(is_left_out=is_left_out()),
)


def made(
    name: str, *params: str, rule: Any = check_read_answers, **how: Any
) -> Callable[[Make], Make]:
    """Decorator: what it makes is read by that name; `params` are needed."""

    def register(make: Make) -> Make:
        read(name, rule=rule, make=make, params=params, **how)
        return make

    return register


@made("files")
def files(person: User, evaluation: Evaluation, params: Params) -> Any:
    rows = sorted(file_rows(person, evaluation), key=itemgetter("at"), reverse=True)
    return {
        "results": [
            {
                **{part: plain(row[part]) for part in ("id", "kind", "about", "ref")},
                **{"by": row["by"], "at": plain(row["at"])},
                **words_apart({"name": row["name"]}, row["by_vendor"]),
            }
            for row in rows
        ]
    }


def words_apart(words: dict[str, Any], are_theirs: bool) -> dict[str, Any]:
    return {"said_by_vendor": words} if are_theirs else words


@made("matrix", by_head=True)
def the_matrix(person: User, evaluation: Evaluation, params: Params) -> str:
    return matrix.matrix_json(matrix.standing_ledger(evaluation).of_active())


@made("cell", "candidate", "requirement")
def cell(person: User, evaluation: Evaluation, params: Params) -> Any:
    """A cell with every claim, verdict and ruling."""
    if set(params) != {"candidate", "requirement"}:
        raise Invalid("Name a candidate by its id, and a requirement by its ref.")
    key = views.read_id(params["candidate"])
    options = READS["candidates"].rows(person, evaluation)
    needs = READS["requirements"].rows(person, evaluation)
    candidate = require_row(options.filter(pk=key).first())
    requirement = require_row(needs.filter(ref=params["requirement"]).first())
    candidate.evaluation = evaluation
    at = {"candidate": candidate, "requirement": requirement}
    judged = {f"claim__{name}": row for name, row in at.items()}
    numbers = matrix.cell_numbers(evaluation).get((candidate.pk, requirement.pk))
    found = {"claims": at, "evidence": judged}
    return {
        **{"candidate": str(candidate.pk), "candidate_name": candidate.name},
        **{"requirement": str(requirement.pk), "requirement_ref": requirement.ref},
        **matrix.cell_as_json(one_cell(candidate, requirement)),
        "numbers": numbers.as_json() if numbers else None,
        **{
            name: [
                *map(
                    READS[name].show, READS[name].rows(person, evaluation).filter(**of)
                )
            ]
            for name, of in found.items()
        },
        "rulings": plain([*market.Ruling.objects.filter(**at).values(*RULED)]),
        "excuses": plain([*proof.Excuse.objects.filter(**at).values(*EXCUSED)]),
    }


RULED = ("reason", "named_values")
EXCUSED = ("reason", "named_values", "excused_at", "withdrawn_at", "withdrawn_reason")


@made("blockers", rule=None)
def blockers(person: User, evaluation: Evaluation, params: Params) -> Any:
    # An ended purchase has no gate before it.
    reports = reports_for(person, evaluation) if evaluation.is_open else []
    return {
        "stage": evaluation.stage,
        "open": all(report.open for report in reports),
        "gates": [
            {
                **{"name": report.gate.name, "rule": report.gate.rule},
                **{"open": report.open, "waived": report.is_waived},
                "blockers": [
                    {"sentence": blocker.sentence, "link": blocker.link}
                    for blocker in report.blockers
                ],
            }
            for report in reports
        ],
    }


@made("inbox", rule=None)
def inbox(person: User, evaluation: Evaluation, params: Params) -> Any:
    names = ("kind", "what", "why", "due", "late", "link")
    items = my_work(person, evaluation)
    return {
        "results": [
            {name: plain(getattr(item, name)) for name in names} for item in items
        ]
    }


@made("comparison")
def comparison(person: User, evaluation: Evaluation, params: Params) -> Any:
    """The candidates side by side, as the page has them."""
    side_by_side = compare(standing_memo(evaluation).figures, evaluation, person)
    return {
        **{"currency": side_by_side.currency, "prices_open": side_by_side.prices_open},
        "people_open": side_by_side.people_open,
        "options": [
            {part.name: told(getattr(option, part.name)) for part in fields(option)}
            for option in side_by_side.options
        ],
    }


def told(value: Any) -> Any:
    """A figure as it is shown, with its exact value; a sentence as text."""
    match value:
        case Figure():
            exact = None if value.exact is None else value.value
            return {"shown": value.shown, "value": exact}
        case Sentence():
            return str(value)
        case list():
            return [told(one) for one in value]
    return value


@made("decision", model=Decision)
def decision(person: User, evaluation: Evaluation, params: Params) -> Any:
    """The draft while it is decided, and what was decided."""
    rows = READS["decision"].rows(person, evaluation)
    here = evaluation.is_open and evaluation.stage == Stage.DECISION
    row = (rows if here else rows.exclude(decided_at=None)).first()
    return {
        **{"stage": evaluation.stage, "status": evaluation.status},
        "decision": row and READS["decision"].show(row),
    }


@made("memo")
def memo(person: User, evaluation: Evaluation, params: Params) -> Any:
    """What the memo counts, without each person's scores; no vendor's word is in it."""
    frozen, whole = memo_for(person, evaluation)
    inputs, results = whole["inputs"], whole["results"]
    return {
        **{"is_frozen": frozen is not None, "as_of": inputs["as_of"]},
        "sha256": frozen.memo_sha256 if frozen else "",
        **{name: inputs[name] for name in ("formula_version", "choice", "categories")},
        "candidates": [
            {
                **{name: row[name] for name in ("id", "name", "kind", "state")},
                **results[row["id"]],
                "cost": {
                    name: results[row["id"]]["cost"][name]
                    for name in ("low", "likely", "high", "known", "kinds")
                },
            }
            for row in inputs["candidates"]
        ],
        "robustness": results.get("robustness", {}),
    }


AMOUNTS = ("low", "likely", "high")


OF_LINE = (
    *("quantity", "pricing", "tiers", "recurrence", "currency", "rate", "source_url"),
    "quoted_on",
)


@made("costs")
def costs(person: User, evaluation: Evaluation, params: Params) -> Any:
    """What is known of each candidate's costs; amounts where they are open."""
    sealed, quoted = not may_see_prices(person, evaluation), sealed_quotes(evaluation)
    columns = cost_columns(evaluation, running(evaluation))
    return {
        **{"currency": evaluation.currency, "sealed": sealed},
        "horizon_months": evaluation.horizon_months,
        "candidates": [
            {
                "id": str(column.candidate.pk),
                "name": column.candidate.name,
                **amounts_of(column.total, sealed or not column.has_price),
                "known": column.total.coverage.known,
                "kinds": column.total.coverage.total,
                "lines": [
                    *(line_of(row, sealed) for row in column.kinds if row.line),
                    *quoted_lines(column, quoted.get(column.candidate.pk, ())),
                ],
            }
            for column in columns
        ],
    }


def amounts_of(row: Any, is_sealed: bool) -> dict[str, Any]:
    return {name: None if is_sealed else plain(getattr(row, name)) for name in AMOUNTS}


def line_of(row: KindRow, is_sealed: bool) -> dict[str, Any]:
    line: Any = row.line
    shown = {name: None if is_sealed else getattr(line, name) for name in OF_LINE}
    words = {} if is_sealed else {"source_text": line.source_text, "note": line.note}
    return {
        "id": None if is_sealed else str(line.pk),
        **{"kind": row.kind.key, "kind_name": row.kind.name, "state": line.state},
        "sealed": is_sealed and line.state == CostState.PRICED,
        **amounts_of(line, is_sealed),
        **plain(shown),
        **words_apart(
            {"part": line.label, "unit": line.unit, **words},
            line.said_by == PriceSource.VENDOR,
        ),
    }


def quoted_lines(column: CostColumn, quoted: Collection[Any]) -> Iterator[Any]:
    """Of a sealed quote what the grid tells: which of the rows asked it prices."""
    for row in schedule_for(column.candidate):
        at = (row.kind, row.part)
        if at in quoted and column.row_of(*at) is None:
            yield {
                **{"id": None, "kind": row.kind, "part": row.part},
                **{"state": "sealed", "sealed": True},
                **dict.fromkeys((*AMOUNTS, *OF_LINE)),
            }


class ReadView(StaffView):
    """One read; what it answers stands in its declaration."""

    read: ClassVar[Read]

    def get(self, request: Request, slug: str = "") -> HttpResponse:
        person, read = self.person(request), self.read
        evaluation: Any = self.evaluation(request, slug) if slug else None

        def answer() -> HttpResponse:
            made = read.made(person, evaluation, request.query_params)
            if isinstance(made, str):
                return HttpResponse(made, content_type="application/json")
            return Response(made)

        if not read.by_head:
            return answer()
        read.check(evaluation, person)
        day, counted = today_in(evaluation.zone), awaited_replies()
        asked = request._request
        return unless_unchanged(asked, evaluation, answer, day=day, counted=counted)


class MeView(StaffView):
    @extend_schema(
        operation_id="me_read",
        summary="Who you are here, by which token",
        responses={200: ABOUT["me"]["schema"], **READ},
    )
    def get(self, request: Request) -> Response:
        person, token = self.person(request), self.token(request)
        shown = {"label": token.label, "prefix": token.prefix, "scope": token.scope}
        bound = token.evaluation.slug if token.evaluation else None
        more = {"ends_at": plain(token.ends_at), "evaluation": bound}
        who = {"name": person.name, "username": person.username}
        return Response({**who, "token": {**shown, **more}})


# Of the feed of events.
AFTER = OpenApiParameter(
    "after",
    {"type": "integer", "minimum": 0, "default": 0},
    description="The number of the last event that you have.",
)
OPTIONAL = {known.name: known for known in (AFTER, *views.PAGE_PARAMETERS)}


def view_of(read: Read) -> Any:
    name = read.name.replace("-", "_")
    rows: Any = read.output if "fields" in read.about else None
    shown = views.page(f"{rows.__name__}Page", rows) if rows and not read.make else rows
    known = views.PAGE_PARAMETERS
    if read.make:
        known = [
            OPTIONAL.get(name) or OpenApiParameter(name, required=True)
            for name in read.params
        ]
    described = extend_schema(
        operation_id=read.operation,
        summary=read.about["title"],
        parameters=known,
        responses={200: read.about.get("schema", shown), **READ, **problems(409)},
    )
    params = {"GET": frozenset(read.params)}
    view: Any = type(f"{name}_view", (ReadView,), {"read": read, "params": params})
    return extend_schema_view(get=described)(view).as_view()
