"""Acts by JSON: what the pages' forms do, for people's programs."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import file_digest
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.db import models, transaction
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.html import strip_tags
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from evaltracker.errors import Forbidden, Invalid, NotFound, Problem, Refused
from evaltracker.evaluations.choices import TokenScope
from evaltracker.evaluations.models import (
    Evaluation,
    JournalHead,
    PersonalToken,
    User,
)
from evaltracker.pages.acts import ACTS, Act
from evaltracker.pages.json_forms import JsonForm, usual_schema
from evaltracker.pages.site import Detour, site
from evaltracker.pages.workspace import InEvaluation
from evaltracker.toolbox.files import files_of_rows
from evaltracker.toolbox.rest.problems import (
    StrictJSONParser,
)
from evaltracker.toolbox.rest.views import UploadParser, problems
from evaltracker.workflow.api.base import READ, StaffView
from evaltracker.workflow.services.proposed_actions import ask
from vendors.api.access import IDEMPOTENCY_KEY, canonical, turn_of
from vendors.services.idempotency import StoredAnswer, answer_once, take_turn

TAG = re.compile(r'"([0-9a-f]{32})"')
# Kinds of targets that are no rows of a model of their own.
QUOTES = ("quote", "own_words")
PLACES = frozenset({"cell", "subject"})
ANSWERS: dict[str, Any] = json.loads(
    Path(__file__).with_name("act_answers.json").read_text(encoding="utf-8")
)


class MatchNeeded(Problem):
    status = 428
    default_code = "if_match_needed"


class ChangedSince(Problem):
    status = 412
    default_code = "changed_since"


_new: ContextVar[list[models.Model] | None] = ContextVar("new", default=None)


@receiver(post_save)
def note_new(instance: models.Model, created: bool, **_: object) -> None:
    if created and (rows := _new.get()) is not None:
        rows.append(instance)


@contextmanager
def new_rows() -> Iterator[list[models.Model]]:
    """The rows that are added within."""
    rows: list[models.Model] = []
    token = _new.set(rows)
    try:
        yield rows
    finally:
        _new.reset(token)


def seen_act(person: User, name: str, target_id: str) -> tuple[Act[Any], Any]:
    """The act and its target, where they are the person's to see and to do.

    Raises:
        NotFound, Forbidden: they are not.
    """
    act = ACTS.get(name)
    if act is None:
        raise NotFound
    target = act.load(person, target_id)
    act = act.worded(target)
    refusal = act.why_not(person, target)
    if isinstance(refusal, Forbidden):
        raise refusal
    if person.bound_to and target is None:
        raise Forbidden("Your token is for one evaluation; this is about none.")
    if act.program == "closed":
        sentence = "Only a person in the browser does this."
        raise Forbidden(sentence, code="person_only")
    return act, target


def answer_first(person: User, act: Act[Any], target: Any) -> None:
    """Refuse what waits for an answer about a conflict of interest."""
    request = HttpRequest()
    request.user = person
    request.path = "/admin/"
    try:
        act.ask_before(request, target)
    except Detour as detour:
        address = f"{settings.SITE_URL}{detour.address}"
        raise Refused(f"Answer this first: {address}", code="answer_first") from detour


def list_acts(person: User, on: str) -> dict[str, Any]:
    """The acts on a thing, such as `requirement:<id>`; blank: those on nothing.

    Raises:
        Invalid: there is no such kind. NotFound: there is no such thing for them.
    """
    kind, _, key = on.partition(":")
    acts = [act for act in ACTS.values() if kind in kinds_of(act)]
    if not acts:
        raise Invalid("Write the kind and the id: requirement:…", field="?on")
    listed = []
    for act in acts:
        try:
            target = act.load(person, key)
        except NotFound:
            continue
        no = act.why_not(person, target)
        listed.append(
            {
                "name": act.name,
                "title": act.worded(target).title,
                "program": act.program,
                "allowed": no is None,
                "why_not": no.sentence if no else None,
            }
        )
    if key and not listed:
        raise NotFound
    return {"results": listed}


def kinds_of(act: Act[Any]) -> frozenset[str]:
    if act.model is not None:
        return frozenset({str(act.model._meta.model_name)})
    if type(act).load is not Act.load:
        return PLACES
    return frozenset({""})


def form_of_act(person: User, name: str, target_id: str) -> tuple[dict[str, Any], str]:
    """What the act's form takes, what stands there, and its tag without quotes.

    Raises:
        NotFound, Forbidden, Refused: as the act's page.
    """
    act, target = seen_act(person, name, target_id)
    answer_first(person, act, target)
    with timezone.override(person.time_zone or None):
        form = JsonForm(act, target, person)
        shown = {"act": act.name, "title": act.title, "program": act.program}
        return {**shown, "fields": form.schema(), "now": form.now()}, form.tag()


def do_or_ask(
    caller: PersonalToken,
    name: str,
    target_id: str,
    body: Any,
    *,
    if_match: str | None,
    only_ask: bool = False,
    files: MultiValueDict[str, Any] | None = None,
) -> tuple[int, dict[str, Any], str]:
    """Do an act, or keep it until the token's person does: status, answer, `Location`.

    `if_match` is the tag of `form_of_act`. Asked acts may carry `quote`, `own_words`.

    Raises:
        Problem: as the act's page, and for programs alone.
    """
    person = caller.person
    act, target = seen_act(person, name, target_id)
    if caller.scope == TokenScope.READ:
        sentence = "Your token only reads; this needs the scope ask or write."
        raise Forbidden(sentence, code="scope_too_small")
    answer_first(person, act, target)
    if not isinstance(body, dict):
        raise Invalid("The body must be a JSON object.", field="")
    asks = only_ask or act.program == "ask" or caller.scope == TokenScope.ASK
    fields = dict(body)
    quoted = {key: fields.pop(key) for key in QUOTES if asks and key in fields}
    quote = quoted.get("quote") or {}
    own_words = quoted.get("own_words") or False
    named = quote.values() if isinstance(quote, dict) else [None]
    if not all(isinstance(text, str) for text in named):
        raise Invalid("Quote by file and words, each a string.", field="quote")
    if not isinstance(own_words, bool):
        raise Invalid("It must be true or false.", field="own_words")
    with timezone.override(person.time_zone or None):
        form = JsonForm(act, target, person, fields, files)
        tag = form.tag()
        if if_match is None and (act.dangerous or form.versions()):
            raise MatchNeeded("Read the act first, and send its ETag as If-Match.")
        if if_match not in (None, tag):
            raise ChangedSince("It has changed since; read the act again.")
        data = form.clean()
    evaluation: Evaluation | None = None
    if isinstance(act, InEvaluation):
        place = act.evaluation(target)
        if isinstance(place, Evaluation):
            evaluation = place
    if asks:
        if files:
            raise Invalid("Files do not wait; attach them in the browser.", field="")
        act.check(person, target)
        row = ask(
            token=caller,
            act=act.name,
            target_id=target_id,
            evaluation=evaluation,
            fields=fields,
            etag=tag,
            quote=quote or None,
            own_words=own_words,
        )
        link = f"{settings.SITE_URL}{row.link}"
        lapses = row.lapses_at.isoformat()
        return 202, {"asked": {"id": row.pk, "link": link, "lapses_at": lapses}}, ""
    with transaction.atomic(), files_of_rows(), new_rows() as new:
        made = act.run(target, data, person)
        if not isinstance(made, Problem):
            return done(act, target, made, new, evaluation)
    raise made  # what it wrote is kept


def done(
    act: Act[Any],
    target: Any,
    made: Any,
    new: list[models.Model],
    evaluation: Evaluation | None,
) -> tuple[int, dict[str, Any], str]:
    if isinstance(made, list) and len(made) == 1:
        row = made[0]
    else:
        row = made
    outcome = act.destination(target, made)
    reference: dict[str, Any] | None = None
    status = 200
    location = ""
    if isinstance(row, models.Model):
        reference = {"kind": row._meta.model_name, "id": str(row.pk)}
        # What a pipeline saved does not know it.
        if row._state.adding or row in new:
            if isinstance(outcome, str):
                path = outcome
            else:
                path = site.address_of(row)
            status = 201
            location = f"{settings.SITE_URL}{path}"
    if isinstance(row, Evaluation):
        evaluation = row
    heads = JournalHead.objects.filter(evaluation=evaluation)
    if evaluation:
        entry = heads.values_list("count", flat=True).first()
    else:
        entry = None
    sentence = strip_tags(act.success_message(target, outcome))
    return status, {"said": sentence, "made": reference, "entry": entry}, location


def answer_of(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


class ActsView(StaffView):
    """Which acts there are on a thing."""

    params: ClassVar = {"GET": frozenset({"on"})}

    @extend_schema(
        operation_id="staff_acts_list",
        summary="Acts on a thing",
        parameters=[
            OpenApiParameter("on", str, description="Kind and id: requirement:…")
        ],
        responses={200: answer_of("ActList"), **READ},
    )
    def get(self, request: Request) -> Response:
        """List the acts on a thing; without `on` those that are on nothing."""
        on = request.query_params.get("on", "")
        return Response(list_acts(self.person(request), on))


class ActView(StaffView):
    """One act: its form, and doing it."""

    parser_classes = (StrictJSONParser, UploadParser)

    @extend_schema(
        responses={200: answer_of("ActForm"), **READ, **problems(409)},
    )
    def get(self, request: Request, name: str, target: str = "") -> Response:
        """Read what the act takes, what stands there, and its ETag."""
        form, tag = form_of_act(self.person(request), name, target)
        return Response(form, headers={"ETag": f'"{tag}"'})

    @extend_schema(
        parameters=[
            IDEMPOTENCY_KEY,
            OpenApiParameter("If-Match", str, OpenApiParameter.HEADER),
        ],
        request=OpenApiTypes.OBJECT,
        responses={
            200: answer_of("ActDone"),
            201: answer_of("ActDone"),
            202: answer_of("ActAsked"),
            **READ,
            **problems(409, 412, 413, 415, 422, 428),
        },
    )
    def post(self, request: Request, name: str, target: str = "") -> HttpResponse:
        """Do the act, or ask its person to: what you leave out stays as it is."""
        body, files = sent(request)
        match = request.headers.get("If-Match")
        if match:
            tag = TAG.fullmatch(match)
        else:
            tag = None
        if match and not tag:
            raise Invalid("Send the ETag in If-Match as you got it.", field="")

        def work() -> StoredAnswer:
            status, content, location = do_or_ask(
                self.token(request),
                name,
                target,
                body,
                if_match=tag[1] if tag else None,
                files=files,
            )
            kept_with = {"location": location, "told": content}
            return StoredAnswer(status, json.dumps(kept_with, cls=JSONEncoder))

        turn = turn_of(request, self.token(request).pk, "token_id")
        if turn is None:
            return answered(work())
        with transaction.atomic():
            take_turn(turn)
            seen = canonical([body, digests(files) if files else []])
            answer, replayed = answer_once(turn=turn, body=seen, work=work)
        return answered(answer, replayed=replayed)


def sent(request: Request) -> tuple[Any, MultiValueDict[str, Any] | None]:
    """The body's fields, and the files beside them; of a form as text."""
    if not isinstance(request.data, MultiValueDict):
        return request.data, None
    data = request.data
    files = request.FILES
    body = {name: data.getlist(name) for name in data if name not in files}
    fields = {
        name: values if len(values) > 1 else values[0] for name, values in body.items()
    }
    return fields, files


def digests(files: MultiValueDict[str, Any]) -> list[tuple[str, str, str]]:
    every = [(name, file) for name, listed in files.lists() for file in listed]
    hashed = [(name, file.name, file_digest(file, "sha256")) for name, file in every]
    for _, file in every:
        file.seek(0)
    return [(name, label, digest.hexdigest()) for name, label, digest in hashed]


def answered(answer: StoredAnswer, *, replayed: bool = False) -> HttpResponse:
    held = json.loads(answer.body)
    response = JsonResponse(held["told"], status=answer.status)
    if held["location"]:
        response["Location"] = held["location"]
    if replayed:
        response["Idempotent-Replayed"] = "true"
    return response


def describe_acts(result: dict[str, Any], **_: object) -> dict[str, Any]:
    """Describe each act that is open by itself, so that clients have one call each."""
    at = "/api/v1/staff/acts/"
    shared = result["components"].setdefault("responses", {})
    result["components"]["schemas"] |= ANSWERS
    for below in ("{name}/", "{name}/{target}/"):
        calls = result["paths"].pop(f"{at}{below}", {})
        for method, call in calls.items():
            for code, answer in call["responses"].items():
                shared[f"Act{method.title()}{code}"] = answer
                place = f"#/components/responses/Act{method.title()}{code}"
                call["responses"][code] = {"$ref": place}
            parameters = [
                parameter
                for parameter in call["parameters"]
                if parameter["name"] != "name"
            ]
            call["parameters"] = parameters
        for act in ACTS.values():
            has_target = kinds_of(act) != {""}
            if act.program == "closed" or has_target != below.endswith("{target}/"):
                continue
            result["paths"][at + below.replace("{name}", act.name)] = {
                method: described(act, method, call) for method, call in calls.items()
            }
    return result


def described(act: Act[Any], method: str, call: dict[str, Any]) -> dict[str, Any]:
    operation = act.name.replace("-", "_")
    if method == "get":
        title = f"{act.title}: form"
        return {**call, "operationId": f"staff_form_{operation}", "summary": title}
    content = {"schema": usual_schema(act)}
    kinds = ("application/json", "multipart/form-data")
    return {
        **call,
        "operationId": f"staff_{operation}",
        "summary": act.title,
        "requestBody": {"content": dict.fromkeys(kinds, content)},
    }
