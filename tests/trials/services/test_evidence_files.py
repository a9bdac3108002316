"""Proof that comes as a file."""

import hashlib
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from evaltracker.errors import Invalid
from evaltracker.evaluations.models import Entry
from tests.factories import trials, vendors
from trials.models import Evidence
from trials.services.evidence import reconfirm_evidence
from vendors.models import Candidate

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme(settings: Settings, tmp_path: Path) -> Candidate:
    settings.MEDIA_ROOT = tmp_path
    return trials.claimed(trials.platform())


def test_a_file_is_kept_under_a_uuid_with_its_digest(
    acme: Candidate, tmp_path: Path
) -> None:
    upload = SimpleUploadedFile("Acme runs.csv", b"run,ok\n1,yes\n")
    found = trials.verdict(trials.claim_of(acme), file=upload)
    digest = hashlib.sha256(b"run,ok\n1,yes\n").hexdigest()
    assert (found.file_name, found.file_sha256) == ("Acme runs.csv", digest)
    stored = str(found.file.name)
    assert (tmp_path / stored).read_bytes() == b"run,ok\n1,yes\n"
    assert "Acme" not in stored
    entry = Entry.objects.filter(evaluation=acme.evaluation).latest("number")
    assert entry.after["file_sha256"] == digest


def test_a_refused_file_leaves_nothing_behind(acme: Candidate, tmp_path: Path) -> None:
    with pytest.raises(Invalid) as caught:
        trials.verdict(
            trials.claim_of(acme), file=SimpleUploadedFile("a.svg", b"<svg/>")
        )
    assert "file" in caught.value.errors
    assert not Evidence.objects.exists()
    assert not list(tmp_path.rglob("*.*"))


def test_a_reconfirmed_verdict_keeps_its_file(acme: Candidate) -> None:
    first = trials.verdict(
        trials.claim_of(acme), file=SimpleUploadedFile("runs.txt", b"fine")
    )
    vendors.claim(acme, first.claim.requirement, statement="Other words.")
    again = reconfirm_evidence(
        evidence=first, note="The same run.", by=acme.evaluation.owner
    )
    again.refresh_from_db()
    assert again.file.name == first.file.name
    assert again.file_sha256 == first.file_sha256
