"""A vendor's proof on the cell's page, and who may download it."""

import io

import pytest
from django.test import Client
from django.urls import reverse

from evaltracker.evaluations.journal import Actor
from tests.clients import signed_in
from tests.factories import common, stakeholders, trials
from tests.object_store import Place
from vendors.models import ClaimFile
from vendors.services.drafts import attach_file

PDF = b"%PDF-1.7 proof"


@pytest.fixture
def proof(db: None, any_storage: Place) -> ClaimFile:
    """Acme's proof of R1, on a disk and in S3."""
    where = trials.platform()
    option = trials.claimed(where)
    return attach_file(
        candidate=option,
        requirement=where.requirements.get(ref="R1"),
        file=io.BytesIO(PDF),
        name="report.pdf",
        by=Actor(name="Acme by API"),
    ).file


@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[disk]"
)
def test_people_of_the_evaluation_download_it_from_the_cell(proof: ClaimFile) -> None:
    client = signed_in(stakeholders.holder("it"))
    claim = proof.claim
    cell = client.get(
        reverse("admin:cell", args=[claim.candidate_id, claim.requirement_id])
    )
    address = reverse("admin:claim_file", args=[proof.pk])
    assert address.encode() in cell.content
    assert b"not scanned" in cell.content
    answer = client.get(address)
    assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]
    assert answer["Content-Disposition"] == 'attachment; filename="report.pdf"'
    assert answer["Content-Security-Policy"] == "sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[disk]"
)
def test_for_everybody_else_it_does_not_exist(proof: ClaimFile) -> None:
    address = reverse("admin:claim_file", args=[proof.pk])
    stranger = signed_in(common.noor())
    assert stranger.get(address).status_code == 404
    assert Client().get(address).status_code == 302
    answer = signed_in(stakeholders.holder("it")).get(f"{address}?x=1")
    assert answer.status_code == 400
