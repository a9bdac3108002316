"""A purchase with something for every act, and the service asked what a page offers."""

import datetime
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import FieldError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Forbidden, NotFound, Problem, Refused
from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.topic_types import key_of
from evaltracker.pages.acts import Act
from stakeholders.services.people import delegate
from tests.factories import trials, vendors
from tests.fixture_cache import built_once
from tests.rights.sealed import Sealed, build
from tests.rights.table import ON_PLACE
from tests.rights.visits import asks_for_a_colleague
from tests.trials.runs.posting import report_test
from trials.services.runs import make_run_token
from vendors.models import Candidate
from vendors.services.candidates import eliminate
from vendors.services.claims import rule_not_applicable
from vendors.services.costs import set_rate
from vendors.services.dialogue import ask_question, propose_requirement

STAGES = ("requirements", "research", "demos", "trials", "decision", "ended")
TEXT = "Because it is so."


class TakenBack(Exception):
    """What a service did was only asked."""


@built_once
def purchase() -> Sealed:
    """The sealed purchase in its trials, with a rival that is out of the choice."""
    sealed = build()
    where, people = sealed.where, sealed.people
    vendors.enter(where, "research")
    rival = vendors.invited(where, "Globex ML")
    rival.evaluation = where
    for requirement in where.requirements.all():
        vendors.claim(rival, requirement)
    ask_question(evaluation=where, text="Which regions?", by=where.owner)
    propose_requirement(
        candidate=sealed.candidate,
        category=where.categories.get(),
        text="GPU quotas per team",
        reason=TEXT,
        by=Actor(name="Acme by API"),
    )
    rule_not_applicable(
        candidate=rival,
        requirement=where.requirements.get(ref="R2"),
        reason=TEXT,
        by=where.owner,
    )
    set_rate(
        evaluation=where,
        currency="EUR",
        rate=Decimal("1.1"),
        source="ECB",
        rated_on=timezone.localdate(),
        by=where.owner,
    )
    asks_for_a_colleague(sealed.candidate)
    today = timezone.localdate()
    part = where.stakeholders.get(role="it")
    delegate(
        stakeholder=part,
        substitute=people["engineering"],
        starts_on=today,
        ends_on=today + datetime.timedelta(days=3),
        by=part.user,
    )
    vendors.enter(where, "trials")
    rival.evaluation.refresh_from_db()
    trials.demo(rival)
    tried = sealed.candidate.trials.get()
    token, _ = make_run_token(trial=tried, by=where.owner)
    report_test(token)
    trials.trial(rival, agreed=False)
    eliminate(candidate=rival, reason="Too dear.", by=where.owner)
    return sealed


def enter(where: Evaluation, stage: str) -> None:
    """Put it into a stage; an ended one was decided in the last."""
    vendors.enter(where, "decision" if stage == "ended" else stage)
    if stage == "ended":
        Evaluation.objects.filter(pk=where.pk).update(status="decided")
        where.refresh_from_db()


def targets(name: str, act: Act[Any], where: Evaluation) -> Iterator[str]:
    """Ids of up to four rows of the purchase that the act may be done to."""
    candidates = Candidate.objects.filter(evaluation=where).order_by("name")
    if name in ON_PLACE:
        asked = where.requirements.get(ref="R1")
        yield from (f"{candidate.pk}.{asked.pk}" for candidate in candidates)
    elif name == "remind-colleague":
        for kind, role in (("scores", "it"), ("weights", "pm"), ("sign_off", "it")):
            person = where.stakeholders.get(role=role).user_id
            yield f"{kind}.{where.pk}.{person}"
    elif name == "attach-files":
        for file in where.attached_files.order_by("topic"):
            yield key_of(file.topic, file.subject_id)
    elif name == "discuss":
        for row in where.comments.order_by("topic"):
            yield key_of(row.topic, row.subject_id, row.part)
    elif name == "settle-score":
        judged = where.categories.get()
        yield from (f"{candidate.pk}.{judged.pk}" for candidate in candidates)
    elif act.model is None:
        yield ""
    else:
        manager: Any = act.model._default_manager
        try:
            rows = manager.in_evaluation(where)
        except (AttributeError, FieldError):
            rows = manager.all()
        if act.model is Evaluation:
            rows = manager.filter(pk=where.pk)
        yield from (str(row.pk) for row in rows.order_by("pk")[:4])


def answer(field: forms.Field, given: Any) -> Any:
    """Something that the field takes: what it starts with, else the plainest."""
    if isinstance(field, forms.ModelMultipleChoiceField):
        return [row.pk for row in field.queryset or []]
    if isinstance(field, forms.ModelChoiceField):
        first = field.queryset.first() if field.queryset is not None else None
        return getattr(given, "pk", given) or getattr(first, "pk", "")
    if isinstance(field, forms.ChoiceField):
        given_choices: Any = field.choices
        choices = [value for value, _ in given_choices if value != ""]
        many = isinstance(field, forms.MultipleChoiceField)
        return given or (choices[:1] if many else next(iter(choices), ""))
    if given not in (None, "") or isinstance(field, forms.BooleanField):
        return given
    if isinstance(field, forms.EmailField):
        return "quinn@example.org"
    if isinstance(field, forms.IntegerField):
        return field.min_value or 1
    if isinstance(field, forms.DateField):
        return timezone.localdate() + datetime.timedelta(days=7)
    if isinstance(field, forms.TimeField):
        return "10:00"
    if type(field.widget) is forms.URLInput or not isinstance(field, forms.CharField):
        return given
    return TEXT[: field.max_length]


def filled(act: Act[Any], target: Any, user: User) -> Any:
    """The act's form, filled as somebody would who wants it done."""
    about = {
        "initial": act.initial(target, user),
        **act.form_kwargs(target, user),
    }
    empty: Any = act.form_class(**about)
    data = {
        name: field.prepare_value(
            answer(field, empty.get_initial_for_field(field, name))
        )
        for name, field in empty.fields.items()
    }
    files = {
        name: SimpleUploadedFile("a.txt", b"Proof.")
        for name, field in empty.fields.items()
        if isinstance(field, forms.FileField) and field.required
    }
    made: Any = act.form_class
    return made(
        {name: "" if value is None else value for name, value in data.items()},
        files,
        **about,
    )


def inputs(
    act: Act[Any],
    seen: Mapping[str, Any],
    people: Mapping[str, User],
    no: Mapping[str, object],
) -> dict[str, Any] | None:
    """What is sent: by the first who may, else by anybody whose form takes it.

    But for the links that each person gives to invitations of their own.
    """
    for who in sorted(seen, key=lambda name: no[name] is not None):
        form = filled(act, seen[who], people[who])
        if form.is_valid() or no[who] is None:
            data = dict(form.cleaned_data)
            data.pop("invitations", None)
            return data
    return None


def service_says(
    act: Act[Any], target: Any, user: User, data: dict[str, Any]
) -> Problem | None:
    """Why the service refuses this person now; None if it does not.

    What it says of the input counts as no refusal. Nothing is kept.
    """
    try:
        with transaction.atomic():
            act.run(target, data, user)
            raise TakenBack
    except (Forbidden, Refused, NotFound) as problem:
        return problem
    except (Problem, TakenBack):
        return None
