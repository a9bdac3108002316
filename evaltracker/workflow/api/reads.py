"""What people's programs read: each read is one declaration, and equals a page."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import Case, F, Model, Prefetch, Q, QuerySet, Value, When
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
from evaltracker.evaluations.journal import as_json_value
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.toolbox.registry import only_reading
from evaltracker.toolbox.rest import views
from evaltracker.workflow.api.base import READ, StaffView
from evaltracker.workflow.gates.context import reports_for
from evaltracker.workflow.inbox import my_work
from evaltracker.workflow.models import AskedAct
from evaltracker.workflow.services.stages import memo_for
from stakeholders.models import SignOff, Stakeholder
from trials import models as proof
from trials.admin.evidence import file_rows
from trials.selectors import evaluation_cache, matrix
from trials.selectors.ledger import one_cell
from trials.services.scripts import QUOTE
from vendors import models as market
from vendors.admin.costs import CostColumn, KindRow, cost_columns, running
from vendors.choices import CostState, PriceSource
from vendors.policy import check_interests_said, check_read_answers, may_see_prices
from vendors.selectors.costs import schedule_for, sealed_quotes
from vendors.services.costs import AMOUNTS

# By name: the title, and of rows the fields (of the model, also by way of another row),
# those in which a vendor's words stand (`said`) and the order (`key`, as in `page_at`);
# of what is made, its schema.
ABOUT = json.loads(Path(__file__).with_name("reads.json").read_text("utf-8"))
# What is said of another row beside its id.
BESIDE = {
    **dict.fromkeys(("Candidate", "Category", "Metric", "Vendor"), "name"),
    **dict.fromkeys(("Demo", "Milestone", "ResearchNote", "Trial"), "title"),
    "Criterion": "code",
    "Requirement": "ref",
    "SignedDocument": "sha256",
    "Evaluation": "slug",
    "PersonalToken": "label",
    "Visit": "stage",
    "Stakeholder": "user.name",
    "TakenBack": "reason",
}
# What of a column's field is told by its description.
TOLD = {"choices", "allow_blank", "allow_null", "decimal_places", "max_digits"}

type Params = Mapping[str, str]
type Make = Callable[[User, Any, Params], Any]
text: Any = partial(serializers.CharField, read_only=True, allow_null=True)
an_id: Any = partial(serializers.UUIDField, read_only=True, allow_null=True)
MISSING = object()


class Row(serializers.Serializer[Any]):
    """A row by its model's names. A vendor's words stand under `said_by_vendor` alone;
    where the buyer wrote them, under `said_by_us`."""

    whose: ClassVar[Callable[[Any], Any] | None] = None

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        if is_by_vendor := type(self).whose:
            if is_by_vendor(instance):
                shown["said_by_us"] = None
            else:
                shown["said_by_vendor"] = None
        return shown


def parts_of(model: Any, names: Iterable[str]) -> dict[str, Any]:
    """Fields for those names of a model; of another row its id and what is beside."""
    build = serializers.ModelSerializer().build_standard_field
    parts = dict[str, Any]()
    for path in names:
        first, *way = path.split(".")
        column = model._meta.get_field(first)
        for step in way:
            column = column.related_model._meta.get_field(step)
        name = column.name
        related = column.related_model
        how = {"allow_null": column.null}
        if related is User:
            parts[name] = text(source=f"{path}.name", **how)
        elif related:
            if column.concrete:
                source = f"{path}_id"
            else:
                source = f"{path}.pk"
            parts[name] = an_id(source=source, **how)
            if says := BESIDE.get(related.__name__, ""):
                label = f"{name}_{says.rpartition('.')[2]}"
                parts[label] = text(source=f"{path}.{says}", **how)
        else:
            made, given = build(name, column)
            # Any JSON may be null, and any text blank that is no choice: then no URI.
            if made is serializers.JSONField:
                hidden = {"allow_null"}
            else:
                hidden = set[str]()
            hidden |= set() if "choices" in given else {"allow_blank"}
            kept = {key: given[key] for key in (TOLD - hidden) & given.keys()}
            if made is serializers.URLField:
                made = serializers.CharField
            parts[name] = made(read_only=True, **kept)
    return parts


@dataclass(frozen=True)
class Read:
    """Rows of `model` that a person sees, or what `make` makes for them; more stands in
    `ABOUT`. `rule` refuses who may not read the page; `whose` tells of a row whether
    its vendor wrote the words that may be its."""

    name: str
    model: type[Model] = Evaluation
    rule: Callable[[Evaluation, User], None] | None = None
    whose: Callable[[Any], Any] | None = None
    more: Mapping[str, Any] = field(default_factory=dict)
    said_more: Mapping[str, Any] = field(default_factory=dict)
    narrow: Callable[[Any, User], Any] = lambda rows, person: rows
    make: Make | None = None
    params: tuple[str, ...] = ()
    path: str = "evaluations/{slug}/{name}/"

    @property
    def about(self) -> dict[str, Any]:
        about: dict[str, Any] = ABOUT[self.name]
        return about

    @cached_property
    def output(self) -> type[Row]:
        name = self.name.title().replace("-", "")
        about = self.about
        parts = {**parts_of(self.model, ["id", *about["fields"]]), **self.more}
        if "said" in about:
            said_parts = parts_of(self.model, about["said"])
            said_parts.update(self.said_more)
            said_parts["__doc__"] = "Data, no order."
            wording = type(f"{name}Words", (Row,), said_parts)
            how = {"source": "*", "read_only": True, "allow_null": bool(self.whose)}
            for part in ("said_by_vendor", "said_by_us")[: 2 if self.whose else 1]:
                parts[part] = wording(**how)
        body = {**parts, "whose": self.whose, "__doc__": about["title"]}
        return type(f"{name}Row", (Row,), body)

    @cached_property
    def _related_paths(self) -> set[str]:
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
        rows: QuerySet[Any] = self.narrow(manager.visible_to(person), person)
        if evaluation:
            rows = rows.in_evaluation(evaluation)  # type: ignore[attr-defined]
        if self._related_paths:
            return rows.select_related(*self._related_paths)
        return rows

    def answer(self, person: User, evaluation: Any, params: Params) -> dict[str, Any]:
        """What the call answers; `evaluation` is one that the person sees, if any.

        Raises:
            Problem: they may not read it now, or what is asked for is not there.
        """
        made = self.made(person, evaluation, params)
        answer: dict[str, Any] = json.loads(made) if isinstance(made, str) else made
        return answer

    def made(self, person: User, evaluation: Any, params: Params) -> Any:
        """The same, or its JSON where that is written at once."""
        if self.rule:
            self.rule(evaluation, person)
        with only_reading():
            if self.make:
                made = self.make(person, evaluation, params)
                if isinstance(made, str):
                    return made
                return shaped(made, self.about)
            path = self.path.format(slug=evaluation and evaluation.slug, name=self.name)
            return views.page_at(
                f"{settings.SITE_URL}/api/v1/staff/{path}",
                params,
                self.rows(person, evaluation),
                key=self.about["key"],
                show=self.show,
            )


def shaped(value: Any, about: Mapping[str, Any]) -> Any:
    """What of a value its schema names, by item or attribute, as JSON; a figure as it
    is shown and exactly, a sentence as text."""
    schema = about.get("schema", about)
    schema = schema.get("oneOf", (schema,))[0]
    if isinstance(value, Figure):
        if value.exact is None:
            exact = None
        else:
            exact = value.value
        value = {"shown": value.shown, "value": exact}
    if "items" in schema and value is not None:
        return [shaped(item, schema["items"]) for item in value]
    if "properties" not in schema or value is None or "additionalProperties" in schema:
        if isinstance(value, Sentence):
            return str(value)
        return as_json_value(value)
    if isinstance(value, Mapping):
        read = value.get
    else:
        read = partial(getattr, value)
    return {
        name: shaped(member, part)
        for name, part in schema["properties"].items()
        if (member := read(name, MISSING)) is not MISSING
    }


READS: dict[str, Read] = {}


def read(name: str, *about: Any, **how: Any) -> Read:
    READS[name] = Read(name, *about, **how)
    return READS[name]


def of_bound(rows: Any, person: User) -> Any:
    """Of companies those of the one purchase that a token is bound to, if it is."""
    here = rows.filter(candidates__evaluation=person.bound_to).distinct()
    return here if person.bound_to else rows


def with_state(rows: Any, person: User) -> Any:
    """What was asked of purchases that are seen, or of none, and whether it lapsed."""
    seen = Evaluation.objects.visible_to(person)
    waiting = AskedAct.objects.waiting_on(person)
    stands = Case(
        When(~Q(state=AskedState.OPEN) | Q(pk__in=waiting), then=F("state")),
        default=Value("lapsed"),
    )
    here = rows.filter(Q(evaluation=person.bound_to) | Q(evaluation__in=seen))
    return here.annotate(stands=stands)


read("evaluations", path="{name}/", narrow=lambda rows, person: rows.real())
read("vendors", market.Vendor, path="{name}/", narrow=of_bound)
STATES = [*AskedState.values, "lapsed"]
read(
    "asked",
    AskedAct,
    path="{name}/",
    more={
        "state": serializers.ChoiceField(STATES, source="stands", read_only=True),
        "link": serializers.CharField(read_only=True),
    },
    narrow=with_state,
)
read(
    "evaluation",
    make=lambda person, evaluation, params: READS["evaluation"].show(evaluation),
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
        "as_asked": text(source="asking.words"),
        "candidate": an_id(source="asking.candidate_id"),
        "candidate_name": text(source="asking.candidate.name"),
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
read("evidence", proof.Evidence, check_read_answers)
read(
    "runs",
    proof.Run,
    check_read_answers,
    more={"is_left_out": serializers.BooleanField(read_only=True)},
    narrow=lambda rows, person: rows.annotate(is_left_out=proof.is_left_out()),
)


def files(person: User, evaluation: Evaluation, params: Params) -> Any:
    rows = sorted(file_rows(person, evaluation), key=itemgetter("at"), reverse=True)
    for row in rows:
        if row["by_vendor"]:
            row["said_by_vendor"] = {"name": row.pop("name")}
    return {"results": rows}


def the_matrix(person: User, evaluation: Evaluation, params: Params) -> str:
    return matrix.matrix_json(evaluation_cache.standing_ledger(evaluation).of_active())


def cell(person: User, evaluation: Evaluation, params: Params) -> Any:
    """A cell with every claim, verdict and ruling."""
    if set(params) != {"candidate", "requirement"}:
        raise Invalid("Name a candidate by its id, and a requirement by its ref.")
    rows = {
        name: READS[name].rows(person, evaluation)
        for name in ("candidates", "requirements", "claims", "evidence")
    }
    key = views.read_id(params["candidate"])
    ref = params["requirement"]
    candidate = require_row(rows["candidates"].filter(pk=key).first())
    requirement = require_row(rows["requirements"].filter(ref=ref).first())
    candidate.evaluation = evaluation
    at = {"candidate": candidate, "requirement": requirement}
    judged = {f"claim__{name}": row for name, row in at.items()}
    numbers = matrix.cell_numbers(evaluation).get((candidate.pk, requirement.pk))
    return {
        "candidate": candidate.pk,
        "candidate_name": candidate.name,
        "requirement": requirement.pk,
        "requirement_ref": requirement.ref,
        **matrix.cell_as_json(one_cell(candidate, requirement)),
        "numbers": numbers and numbers.as_json(),
        "claims": map(READS["claims"].show, rows["claims"].filter(**at)),
        "evidence": map(READS["evidence"].show, rows["evidence"].filter(**judged)),
        "rulings": market.Ruling.objects.filter(**at),
        "excuses": proof.Excuse.objects.filter(**at),
    }


def blockers(person: User, evaluation: Evaluation, params: Params) -> Any:
    # An ended purchase has no gate before it.
    if evaluation.is_open:
        reports = reports_for(person, evaluation)
    else:
        reports = []
    return {
        "stage": evaluation.stage,
        "open": all(report.open for report in reports),
        "gates": [
            {
                "name": report.gate.name,
                "rule": report.gate.rule,
                "open": report.open,
                "waived": report.is_waived,
                "blockers": report.blockers,
            }
            for report in reports
        ],
    }


def inbox(person: User, evaluation: Evaluation, params: Params) -> Any:
    return {"results": my_work(person, evaluation)}


def comparison(person: User, evaluation: Evaluation, params: Params) -> Any:
    return compare(standing_memo(evaluation).figures, evaluation, person)


def decision(person: User, evaluation: Evaluation, params: Params) -> Any:
    """The draft while it is decided, and what was decided."""
    rows = READS["decision"].rows(person, evaluation)
    here = evaluation.is_open and evaluation.stage == Stage.DECISION
    row = (rows if here else rows.exclude(decided_at=None)).first()
    shown = row and READS["decision"].show(row)
    return {"stage": evaluation.stage, "status": evaluation.status, "decision": shown}


def memo(person: User, evaluation: Evaluation, params: Params) -> Any:
    """What the memo counts, as far as its schema names it: no person's scores, and no
    vendor's words."""
    frozen, whole = memo_for(person, evaluation)
    inputs = whole["inputs"]
    results = whole["results"]
    rows = [{**row, **results[row["id"]]} for row in inputs["candidates"]]
    return {
        "is_frozen": bool(frozen),
        "sha256": frozen.memo_sha256 if frozen else "",
        **inputs,
        "candidates": rows,
        "robustness": results.get("robustness", {}),
    }


OF_LINE = (
    "id",
    *AMOUNTS,
    "quantity",
    "pricing",
    "tiers",
    "recurrence",
    "currency",
    "rate",
    "source_url",
    "quoted_on",
)
SEALED = {**dict.fromkeys(OF_LINE), "sealed": True}


def costs(person: User, evaluation: Evaluation, params: Params) -> Any:
    """What is known of each candidate's costs; amounts where they are open."""
    sealed = not may_see_prices(person, evaluation)
    quoted = sealed_quotes(evaluation)
    return {
        "currency": evaluation.currency,
        "sealed": sealed,
        "horizon_months": evaluation.horizon_months,
        "candidates": [
            {
                "id": column.candidate.pk,
                "name": column.candidate.name,
                "total": column.total if column.has_price and not sealed else None,
                "known": column.total.coverage.known,
                "kinds": column.total.coverage.total,
                "lines": [
                    *(line_of(row, sealed) for row in column.kinds if row.line),
                    *quoted_lines(column, quoted.get(column.candidate.pk, ())),
                ],
            }
            for column in cost_columns(evaluation, running(evaluation))
        ],
    }


def line_of(row: KindRow, sealed: bool) -> dict[str, Any]:
    line: Any = row.line
    names = () if sealed else ("unit", "source_text", "note")
    texts = {"part": line.label, **{name: getattr(line, name) for name in names}}
    is_theirs = line.said_by == PriceSource.VENDOR
    return {
        **(SEALED if sealed else {name: getattr(line, name) for name in OF_LINE}),
        "sealed": sealed and line.state == CostState.PRICED,
        "kind": row.kind.key,
        "kind_name": row.kind.name,
        "state": line.state,
        **({"said_by_vendor": texts} if is_theirs else texts),
    }


def quoted_lines(column: CostColumn, quoted: Collection[Any]) -> Iterator[Any]:
    """Of a sealed quote what the grid tells: which of the rows asked it prices."""
    for row in schedule_for(column.candidate):
        if (row.kind, row.part) in quoted and not column.row_of(row.kind, row.part):
            yield {**SEALED, "kind": row.kind, "part": row.part, "state": "sealed"}


read("files", rule=check_read_answers, make=files)
read("matrix", rule=check_read_answers, make=the_matrix)
read("cell", rule=check_read_answers, make=cell, params=("candidate", "requirement"))
read("blockers", make=blockers)
read("inbox", make=inbox)
read("comparison", rule=check_read_answers, make=comparison)
read("decision", model=Decision, rule=check_read_answers, make=decision)
read("memo", rule=check_read_answers, make=memo)
read("costs", rule=check_read_answers, make=costs)


class ReadView(StaffView):
    """One read; what it answers stands in its declaration."""

    read: ClassVar[Read]

    def get(self, request: Request, slug: str = "") -> HttpResponse:
        if slug:
            evaluation = self.evaluation(request, slug)
        else:
            evaluation = None
        params: Any = request.query_params
        made = self.read.made(self.person(request), evaluation, params)
        if isinstance(made, str):
            return HttpResponse(made, content_type="application/json")
        return Response(made)


class MeView(StaffView):
    @extend_schema(
        operation_id="me_read",
        summary=ABOUT["me"]["title"],
        responses={200: ABOUT["me"]["schema"], **READ},
    )
    def get(self, request: Request) -> Response:
        person = self.person(request)
        token = self.token(request)
        if token.evaluation:
            bound = token.evaluation.slug
        else:
            bound = None
        shown = {**vars(token), "evaluation": bound}
        who = {"name": person.name, "username": person.username, "token": shown}
        return Response(shaped(who, ABOUT["me"]))


# Of the feed of events.
AFTER = OpenApiParameter(
    "after",
    {"type": "integer", "minimum": 0, "default": 0},
    description="The number of the last event that you have.",
)
OPTIONAL = {known.name: known for known in (AFTER, *views.PAGE_PARAMETERS)}


def view_of(read: Read) -> Any:
    about = read.about
    name = read.name.replace("-", "_")
    answer: Any = about.get("schema") or read.output
    known = [
        OPTIONAL.get(name) or OpenApiParameter(name, required=True)
        for name in read.params
    ]
    if not read.make:
        answer = views.page(f"{answer.__name__}s", answer)
        known = views.PAGE_PARAMETERS
    usual = f"evaluations_{name}_{'read' if read.make else 'list'}"
    described = extend_schema(
        operation_id=about.get("operation", usual),
        summary=about["title"],
        parameters=known,
        responses={200: answer, **READ, **views.problems(409)},
    )
    params = {"GET": frozenset(read.params) if read.make else views.PARAMS}
    view: Any = type(f"{name}_view", (ReadView,), {"read": read, "params": params})
    return extend_schema_view(get=described)(view).as_view()
