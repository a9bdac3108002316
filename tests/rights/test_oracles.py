"""No query string of a list tells anything of a field (T19).

Every registered model × each of its fields × the look-ups that guess, on the field
itself and one relation deep.
"""

from collections.abc import Iterator
from decimal import Decimal
from http import HTTPStatus
from typing import Any

import pytest
from django.db import models
from django.test import Client, RequestFactory
from django.urls import reverse

from evaltracker.errors import Invalid
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.site import site
from tests.clients import auditing, signed_in
from tests.factories import common, trials, vendors
from vendors.models import CostLine
from vendors.services.costs import set_cost_line

pytestmark = pytest.mark.django_db
GUESSES = ("", "__exact", "__gte", "__startswith", "__isnull")
BISECTED = Decimal(91_234)


def list_of(model: type[models.Model]) -> str:
    meta = model._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")


def guesses_at(model: type[models.Model]) -> Iterator[str]:
    """Each field of the row with each look-up, and each field one relation deep.

    What points at the row is guessed at once, by its name and by its key.
    """
    for field in model._meta.get_fields():
        if not field.concrete:
            yield from (field.name, f"{field.name}__pk__gte")
            continue
        yield from (f"{field.name}{guess}" for guess in GUESSES)
        if isinstance(field.related_model, type):
            for deeper in field.related_model._meta.concrete_fields:
                yield f"{field.name}__{deeper.name}"


def offered(model: type[models.Model]) -> set[str]:
    """What the list's own filters write into its address."""
    admin: Any = site._registry[model]
    return {each.parameter_name for each in admin.list_filter}


@pytest.fixture
def otto(db: None) -> Client:
    """The operator, who may open every list and so has the most to guess with."""
    trials.claimed(trials.platform())
    return signed_in(common.otto())


def answer_of(model: type[models.Model], name: str, operator: User) -> str:
    """Why the list itself refuses an address with that parameter; blank if not."""
    request: Any = RequestFactory().get(list_of(model), {name: "1"})
    request.user = operator
    admin: Any = site._registry[model]
    try:
        admin.changelist_view(request)
    except Invalid as problem:
        return str(problem)
    return ""


@pytest.mark.parametrize("model", site._registry, ids=lambda model: model.__name__)
def test_every_guess_at_a_field_is_refused(
    otto: Client, model: type[models.Model]
) -> None:
    """All by the list itself, and every 32nd by its page."""
    url, own, told = list_of(model), offered(model), []
    operator = User.objects.get(username="otto")
    for row, name in enumerate(dict.fromkeys(guesses_at(model))):
        # An own filter answers 400 too: “1” is none of its choices.
        said = answer_of(model, name, operator)
        if not said:
            told.append(f"{name} is answered")
        if name not in own and "has no such choice" in said:
            told.append(f"{name} is taken for a filter")
        if row % 32 == 0:
            answer = otto.get(url, {name: "1"})
            if answer.status_code != HTTPStatus.BAD_REQUEST:
                told.append(f"{name}: {answer.status_code}")
    assert told == []


@pytest.mark.parametrize("name", ["_to_field", "_popup", "_facets", "all", "e", "_q"])
@pytest.mark.nightly(
    reason="six names at every list; each push sends one of them to each",
    short="[_q]",
)
def test_the_parameters_of_the_stock_admin_are_refused_everywhere(
    otto: Client, name: str
) -> None:
    for model in site._registry:
        assert otto.get(list_of(model), {name: "id"}).status_code == 400, model


def test_a_price_cannot_be_bisected(db: None) -> None:
    option = trials.claimed(trials.platform())
    where: Evaluation = option.evaluation
    set_cost_line(candidate=option, kind="licence", likely=BISECTED, by=where.owner)
    ivan = signed_in(auditing(where.stakeholders.get(role="it").user))
    url = list_of(CostLine)
    for opened in (False, True):
        seen = set()
        for field in ("likely", "low", "high", "candidate__cost_lines__likely"):
            for ask in ("__gte", "__lte", "__exact"):
                # One is true of the price, the other is not.
                answers = [
                    ivan.get(url, {f"{field}{ask}": str(BISECTED + step)})
                    for step in (-1, 0, 1)
                ]
                seen |= {
                    (answer.status_code, len(answer.content)) for answer in answers
                }
        assert {status for status, _ in seen} == {400}
        assert len({length for _, length in seen}) == 1
        if not opened:
            vendors.open_prices(where)


def test_autocomplete_answers_nobody(otto: Client) -> None:
    asked = {
        "app_label": "vendors",
        "model_name": "costline",
        "field_name": "candidate",
        "term": "A",
    }
    answer = otto.get("/admin/autocomplete/", asked)
    assert answer.status_code == 403
    assert b"Acme" not in answer.content
