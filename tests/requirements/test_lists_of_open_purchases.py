"""The migration that makes lists of what a brief said before it had any."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from evaltracker.decision.memo.signed_words import requirements_document
from evaltracker.evaluations.models import Demand, Evaluation, Scope
from evaltracker.requirements.services.scopes import current_values
from tests.clients import signed_in
from tests.factories import common

pytestmark = pytest.mark.django_db
MIGRATION = import_module(
    "evaltracker.evaluations.migrations.0015_lists_of_open_purchases"
)


def said_before(title: str, languages: str, **fields: object) -> Evaluation:
    evaluation = common.evaluation(title=title)
    Evaluation.objects.filter(pk=evaluation.pk).update(
        languages=languages, infrastructure=["gcp", "on_prem"], **fields
    )
    return Evaluation.objects.get(pk=evaluation.pk)


def migrate() -> None:
    MIGRATION.bring_lists(apps, connection.schema_editor())


def test_open_purchases_get_lists_and_mark_no_requirement() -> None:
    evaluation = said_before("Open", "R, Python,  Java, R")
    common.requirement(evaluation, "R1")
    migrate()
    migrate()
    lists = {scope.name: current_values(scope) for scope in evaluation.scopes.all()}
    assert lists == {
        "Runs on": ["Google Cloud", "on premises"],
        "Languages": ["R", "Python", "Java"],
    }
    assert not Demand.objects.exists()


def test_what_was_signed_of_an_open_purchase_reads_as_before() -> None:
    evaluation = said_before("Open", "R, Python")
    before = requirements_document(evaluation)
    assert "Where it has to run | Google Cloud, On premises" in before
    migrate()
    assert requirements_document(evaluation) == before


def test_ended_purchases_are_left_alone_and_still_show_what_they_said() -> None:
    evaluation = said_before("Ended", "R, Python", status="decided")
    migrate()
    assert not Scope.objects.exists()
    page = signed_in(evaluation.owner).get(f"/admin/e/{evaluation.slug}/brief/")
    body = page.content.decode()
    assert "R, Python" in body
    assert "Google Cloud, On premises" in body


def test_a_brief_without_either_gets_no_list() -> None:
    common.evaluation()
    migrate()
    assert not Scope.objects.exists()
