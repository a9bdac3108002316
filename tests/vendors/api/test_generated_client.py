"""A client that a stranger's generator made of the description does a vendor's work."""

import datetime
import hashlib
import importlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.vendors.api.conftest import Party
from vendors.models import Claim, ClaimFile, Submission

pytestmark = pytest.mark.django_db(transaction=True)
PACKAGE = "evaltracker_vendor_api_client"
JSON = {"accept": "application/vnd.oai.openapi+json"}
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"

type Call = Callable[..., Any]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The generated package, which can be imported by its name."""
    with generated("/api/v1/schema/", PACKAGE, tmp_path, monkeypatch):
        yield PACKAGE


@contextmanager
def generated(
    schema: str, name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """A package of that name, made of the description there."""
    description = Client().get(schema, headers=JSON).json()
    with made_of(description, name, folder, monkeypatch):
        yield


@contextmanager
def made_of(
    description: Any, name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """A package of that name, made of this description."""
    told = folder / f"{name}.json"
    told.write_text(json.dumps(description))
    where = folder / name / name
    config = folder / "config.json"
    config.write_text(json.dumps({"post_hooks": []}))
    made = subprocess.run(
        [
            *(sys.executable, "-m", "openapi_python_client", "generate"),
            *("--path", str(told), "--config", str(config)),
            *("--meta", "none", "--output-path", str(where)),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    said = made.stdout + made.stderr
    assert "WARNING" not in said, said
    assert "Unable to process" not in said
    monkeypatch.syspath_prepend(where.parent)
    yield
    for module in [each for each in sys.modules if each.split(".")[0] == name]:
        del sys.modules[module]


def test_it_lists_claims_uploads_quotes_and_hands_in(
    acme: Party, live_server: Any, package: str
) -> None:
    def module(name: str) -> Any:
        return importlib.import_module(f"{package}.{name}")

    models = module("models")
    client = module("client").AuthenticatedClient(
        base_url=live_server.url, token=acme.token, raise_on_unexpected_status=True
    )

    def call(name: str, *place: str, **more: Any) -> Any:
        done = module(f"api.invitations.{name}")
        answer: Any = done.sync(*place, client=client, **more)
        assert not isinstance(answer, models.Problem), answer
        return answer

    with client:
        [invitation] = call("invitations_list").results
        home = str(invitation.id)
        refs = [row.ref for row in call("requirements_list", home).results]
        claim = models.ClaimInput(
            requirement=refs[0],
            availability=models.ClaimInputAvailabilityEnum.NOW,
            statement="It is there.",
        )
        assert call("claims_submit", home, body=claim).revision == 1
        proof = module("types").File(
            payload=BytesIO(PDF), file_name="proof.pdf", mime_type="application/pdf"
        )
        upload = models.UploadInput(file=proof)
        kept = call("files_attach", home, refs[0], body=upload)
        [same] = call("files_list", home, refs[0]).results
        assert same.sha256 == kept.sha256
        price = models.QuoteLineInput(
            kind="licence",
            likely="1200.5",
            recurrence=models.RecurrenceEnum.YEARLY,
        )
        prices = models.QuoteInput(
            currency=models.CurrencyEnum.EUR,
            valid_until=datetime.date(2040, 6, 30),
            lines=[price],
        )
        assert call("quote_hand_in", home, body=prices).revision == 1
        stands = call("quote_read", home)
        assert (stands.withheld, stands.lines, stands.not_quoted) == (True, None, None)
        receipt = call("submission_hand_in", home)
        assert call("answer_sheet_read", home).payload.read(2) == b"PK"
    assert Claim.objects.get().statement == "It is there."
    assert ClaimFile.objects.get().sha256 == hashlib.sha256(PDF).hexdigest()
    assert Submission.objects.get().sha256 == receipt.sha256
