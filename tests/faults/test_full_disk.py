"""T54: a disk fills up under living processes, and has room again.

`python -m tests.faults.full_disk` fills the disk of a whole PostgreSQL.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from pytest_django import Settings

from evaltracker.decision.selectors.stored_files import kept_files, leftovers
from evaltracker.evaluations import verifying
from evaltracker.evaluations.models import Evaluation
from tests.clients import signed_in
from tests.factories import common, trials, vendors
from tests.served import served
from tests.services import service_folder
from tests.small_disks import small_disk
from trials.models import Evidence
from vendors.models import Claim, ClaimFile

if TYPE_CHECKING:
    from tests.served import Site
    from vendors.models import Candidate

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
PDF = b"%PDF-1.7 " + b"x" * 300_000


class Party:
    """A vendor with claims on R0 to R3, and its calls over HTTP."""

    def __init__(self) -> None:
        self.evaluation = common.evaluation()
        for at in range(4):
            common.requirement(self.evaluation, f"R{at}", "should")
        vendors.in_research(self.evaluation)
        self.candidate: Candidate = vendors.invited(self.evaluation)
        assert self.candidate.vendor is not None
        self.token = vendors.token(self.candidate.vendor)

    def post(self, site: Site, path: str, **body: Any) -> requests.Response:
        """A call with its token."""
        return requests.post(
            f"{site.url}/api/v1/invitations/{self.candidate.pk}/{path}",
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=60,
            **body,
        )

    def claim(self, site: Site, at: int, statement: str = "Yes.") -> requests.Response:
        """An answer to R`at`."""
        told = {"requirement": f"R{at}", "availability": "now", "statement": statement}
        return self.post(site, "claims/", json=told)

    def read(self, site: Site) -> requests.Response:
        """Its own answers."""
        return requests.get(
            f"{site.url}/api/v1/invitations/{self.candidate.pk}/claims/",
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=60,
        )

    def attach(self, site: Site, at: int, content: bytes) -> requests.Response:
        """Proof of the answer to R`at`."""
        return self.post(
            site, f"claims/R{at}/files/", files={"file": ("proof.pdf", content)}
        )


def refused(answer: requests.Response, status: int, code: str) -> None:
    """It is a problem with a sentence."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == code
    assert "room" in problem["detail"]


def test_files_find_no_room_and_nothing_else_is_lost(
    login: str, settings: Settings, tmp_path: Path
) -> None:
    acme = Party()
    with small_disk(tmp_path / "media", size="2m") as disk:
        settings.MEDIA_ROOT = disk.folder
        with served(tmp_path, MEDIA_ROOT=str(disk.folder)) as site:
            for at in range(4):
                assert acme.claim(site, at).status_code == 201
            # Twelve of 300 kB into two megabytes, four at a time.
            with ThreadPoolExecutor(4) as clients:
                answers = list(
                    clients.map(
                        lambda at: acme.attach(site, at % 4, PDF + bytes([at])),
                        range(12),
                    )
                )
            taken = [answer for answer in answers if answer.status_code == 201]
            assert 1 <= len(taken) < len(answers)
            for answer in answers:
                if answer not in taken:
                    refused(answer, 507, "storage_full")
            assert acme.claim(site, 0, "Since 2025.").status_code == 201
            assert {answer.json()["id"] for answer in taken} == {
                str(pk) for pk in ClaimFile.objects.values_list("pk", flat=True)
            }
            assert [kept.fault for kept in kept_files()] == [""] * len(taken)
            assert leftovers() == []
            next(disk.folder.glob("claim_files/*")).unlink()
            assert acme.attach(site, 1, b"%PDF-1.7 small").status_code == 201
        assert "Traceback" not in site.log()
    assert verifying.find_break(acme.evaluation) is None


@pytest.mark.nightly(
    reason="The disk of bodies; each push fills those of files and of the database.",
    short="::test_files_find_no_room_and_nothing_else_is_lost",
)
def test_bodies_find_no_room_for_a_while_and_the_processes_live_on(
    login: str, settings: Settings, tmp_path: Path
) -> None:
    acme = Party()
    with small_disk(tmp_path / "temporary", size="2m") as disk:
        media = str(tmp_path / "media")
        with served(tmp_path, TMPDIR=str(disk.folder), MEDIA_ROOT=media) as site:
            assert acme.claim(site, 0).status_code == 201
            before = site.processes()
            disk.fill(leave=100_000)
            refused(acme.attach(site, 0, PDF * 10), 507, "storage_full")
            assert acme.claim(site, 1).status_code == 201
            disk.empty()
            assert acme.attach(site, 0, PDF).status_code == 201
            assert site.processes() == before


def test_a_person_is_told_beside_the_form_and_may_send_it_again(
    settings: Settings, tmp_path: Path
) -> None:
    where = trials.platform()
    option = trials.claimed(where)
    claim = trials.claim_of(option)
    client = signed_in(where.owner)
    place = f"{option.pk}.{claim.requirement_id}"
    address = reverse("admin:act_on", args=["record-evidence", place])
    with small_disk(tmp_path / "media", size="1m") as disk:
        settings.MEDIA_ROOT = disk.folder
        disk.fill(leave=50_000)
        for room, status in ((False, 507), (True, 302)):
            if room:
                disk.empty()
            proof = SimpleUploadedFile("proof.pdf", PDF)
            form = {"claim": claim.pk, "source": "research", "verdict": "holds"}
            answer = client.post(address, {**form, "note": "Read.", "file": proof})
            assert answer.status_code == status, answer.content
            assert Evidence.objects.count() == room
            assert (b"no room left" in answer.content) is not room


def test_a_database_without_room_is_503_and_keeps_what_it_said_it_keeps(
    login: str, tmp_path: Path
) -> None:
    acme = Party()
    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        data = Path(cursor.fetchone()[0])
    if not data.exists():
        pytest.skip("the server's disk is on another machine")
    server = data.stat().st_uid
    with (
        service_folder() as folder,
        small_disk(folder / "tables", size="4m", owner=server) as disk,
        served(tmp_path) as site,
    ):
        folder.chmod(0o711)
        run(f"CREATE TABLESPACE small_disk LOCATION '{disk.folder}'")
        try:
            run("ALTER TABLE vendors_claim SET TABLESPACE small_disk")
            assert acme.claim(site, 0).status_code == 201
            disk.fill()
            answers: list[requests.Response] = []
            while not answers or answers[-1].status_code == 201:
                statement = f"{len(answers)} " + "word " * 700
                answers.append(acme.claim(site, len(answers) % 4, statement))
                assert len(answers) < 100
            refused(answers[-1], 503, "unavailable")
            assert int(answers[-1].headers["Retry-After"]) > 0
            assert Claim.objects.count() == len(answers)
            disk.empty()
            assert acme.claim(site, 1, "There is room again.").status_code == 201
        finally:
            run("ALTER TABLE vendors_claim SET TABLESPACE pg_default")
            run("DROP TABLESPACE small_disk")
    where = Evaluation.objects.get()
    assert verifying.find_break(where) is None


def run(statement: str) -> None:
    """One statement, by itself."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
