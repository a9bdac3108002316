"""S3 dies under a living process while vendors upload, and comes back."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from pytest_django import Settings

from evaltracker.decision.selectors.stored_files import kept_files, leftovers
from evaltracker.evaluations import verifying
from tests.faults.test_full_disk import PDF, Party
from tests.object_store import running_store, use
from tests.served import served
from vendors.models import ClaimFile

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def away(answer: requests.Response) -> None:
    """It says that nothing was done, and when to come back."""
    assert answer.status_code == 503, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "storage_away"
    assert "Nothing was saved" in answer.json()["detail"]
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.nightly(
    reason="a storage that comes and goes; each push has one without room",
    short="tests/faults/test_full_disk.py"
    "::test_files_find_no_room_and_nothing_else_is_lost",
)
def test_what_was_acknowledged_is_kept_and_the_rest_is_503(
    login: str, settings: Settings, tmp_path: Path
) -> None:
    acme = Party()
    with running_store(tmp_path) as store:
        url = store.bucket("files")
        use(settings, url)
        with served(tmp_path, FILES_URL=url) as site:
            for at in range(4):
                assert acme.claim(site, at).status_code == 201

            def attach(at: int) -> requests.Response:
                if at == 6:
                    store.kill()
                return acme.attach(site, at % 4, PDF + bytes([at]))

            with ThreadPoolExecutor(3) as clients:
                answers = list(clients.map(attach, range(12)))
            taken = [answer.json() for answer in answers if answer.status_code == 201]
            assert len(taken) < len(answers)
            for answer in answers:
                if answer.status_code != 201:
                    away(answer)
            rows = {str(pk) for pk in ClaimFile.objects.values_list("pk", flat=True)}
            assert {file["id"] for file in taken} == rows
            # What needs no file goes on; who operates is told.
            assert acme.claim(site, 0, "Since 2025.").status_code == 201
            ready = requests.get(f"{site.url}/readyz", timeout=30)
            assert (ready.status_code, ready.json()["database"]) == (503, "ok")
            assert ready.json()["files"] == "does not answer"
            store.start()
            # It lives in memory, so it comes back as a bucket that is gone ...
            away(acme.attach(site, 1, PDF + b"while the bucket is gone"))
            store.bucket("files")
            # ... and as one with what was put back, here nothing.
            assert acme.attach(site, 1, PDF + b"again").status_code == 201
            missing = f"{site.url}/api/v1/invitations/{acme.candidate.pk}/files/"
            bearer = {"Authorization": f"Bearer {acme.token}"}
            for file in taken:
                answer = requests.get(
                    f"{missing}{file['id']}/", headers=bearer, timeout=30
                )
                assert answer.status_code == 404
        assert "Traceback" not in site.log()
        assert "EndpointConnectionError" in site.log()
        faults = [file.fault for file in kept_files()]
        assert sorted(faults) == ["", *["is missing"] * len(taken)]
        assert leftovers() == []
    assert verifying.find_break(acme.evaluation) is None
