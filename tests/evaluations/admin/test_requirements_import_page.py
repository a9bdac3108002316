"""A spreadsheet of requirements: seen first, taken in on a second word."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from evaltracker.evaluations.models import Evaluation
from evaltracker.evaluations.services.requirements import change_requirement
from tests.cast import floor1, stakeholders
from tests.clients import signed_in

pytestmark = pytest.mark.django_db
CSV = b"""ref,category,text,priority,weight
R1,Training,Trains on GPUs,must,5
S1,Security,Single sign-on,must,7
"""


@pytest.fixture
def here(purchase: Evaluation) -> str:
    return f"/admin/e/{purchase.slug}/requirements/import/"


def upload(content: bytes = CSV, name: str = "list.csv") -> dict[str, object]:
    return {"file": SimpleUploadedFile(name, content), "orientation": ""}


def token_in(body: str) -> str:
    return body.split('name="plan" value="')[1].split('"')[0]


def test_the_preview_counts_and_writes_nothing(purchase: Evaluation, here: str) -> None:
    answer = signed_in(purchase.owner).post(here, upload())
    body = answer.content.decode()
    assert answer.status_code == 200
    assert "Import 1 new and 1 changed" in body
    assert "Single sign-on" in body
    assert purchase.requirements.count() == 2


def test_the_second_word_takes_in_what_was_shown(
    purchase: Evaluation, here: str
) -> None:
    client = signed_in(purchase.owner)
    token = token_in(client.post(here, upload()).content.decode())
    assert client.post(here, {"plan": token}).status_code == 302
    assert purchase.requirements.get(ref="S1").weight == 7
    assert purchase.requirements.get(ref="R1").text == "Trains on GPUs"
    again = client.post(here, upload()).content.decode()
    assert "nothing to import" in again
    assert client.post(here, {"plan": token}).status_code == 409


def test_what_changed_since_the_preview_is_not_written_over(
    purchase: Evaluation, here: str
) -> None:
    client = signed_in(purchase.owner)
    token = token_in(client.post(here, upload()).content.decode())
    row = purchase.requirements.get(ref="R1")
    change_requirement(requirement=row, text="Meanwhile", by=purchase.owner)
    answer = client.post(here, {"plan": token})
    assert answer.status_code == 409
    row.refresh_from_db()
    assert row.text == "Meanwhile"


def test_a_preview_belongs_to_whoever_made_it(purchase: Evaluation, here: str) -> None:
    client = signed_in(purchase.owner)
    token = token_in(client.post(here, upload()).content.decode())
    Evaluation.objects.filter(pk=purchase.pk).update(owner=floor1.otto())
    assert signed_in(floor1.otto()).post(here, {"plan": token}).status_code == 409


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.csv"),
        (b"\x89PNG\r\n\x1a\n", "photo.xlsx"),
        (b"ref,text\nA,one\nA,two\n", "double.csv"),
    ],
)
def test_a_file_that_cannot_come_in_says_why(
    purchase: Evaluation, here: str, content: bytes, name: str
) -> None:
    answer = signed_in(purchase.owner).post(here, upload(content, name))
    assert answer.status_code == 400
    assert "et-note--bad" in answer.content.decode() or b"empty" in answer.content
    assert purchase.requirements.count() == 2


def test_only_the_owner_imports(purchase: Evaluation, here: str) -> None:
    stakeholders.stakeholders(purchase, "it")
    assert signed_in(stakeholders.holder("it")).get(here).status_code == 403
    assert signed_in(floor1.noor()).get(here).status_code == 404
