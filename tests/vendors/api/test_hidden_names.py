"""A file whose name hides something is refused at every door, and says why."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from evaltracker.evaluations.models import Evaluation, ImportDraft
from evaltracker.evaluations.models.talk import AttachedFile
from tests.clients import signed_in
from tests.import_pages import Importer
from tests.vendors.api.conftest import Party
from vendors.models import ClaimFile

BELL = "bell\x07.csv"
TURNED = "cod\u202evsc.csv"
LARGE = b"a,b\n" * 700_000
SENTENCES = {
    BELL: "It contains the control character U+0007; remove it.",
    "null\0.csv": "It contains the control character U+0001; remove it.",
    TURNED: "It contains an invisible mark that turns the text around.",
}


@pytest.mark.parametrize("name", SENTENCES)
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/api/test_efforts.py"
    "::test_what_cannot_be_is_refused_alone_and_in_a_batch[4a out of th"
    "e box with days]",
)
def test_the_vendor_api_refuses_it(acme: Party, name: str) -> None:
    assert acme.claim().status_code == 201
    answer = acme.upload(f"{acme.home}claims/R1/files/", b"a,b\n", name)
    assert answer.status_code == 400
    assert SENTENCES[name] in answer.json()["detail"]
    assert not ClaimFile.objects.exists()


@pytest.mark.parametrize("content", [b"Name\nAcme\n", LARGE])
@pytest.mark.parametrize("name", SENTENCES)
def test_an_import_refuses_it(acme: Party, name: str, content: bytes) -> None:
    where = Evaluation.objects.get()
    answer = Importer(where, "candidates", where.owner).post(content, name)
    assert answer.status_code == 400
    assert SENTENCES[name] in answer.text
    assert not ImportDraft.objects.exists()


@pytest.mark.parametrize("name", SENTENCES)
def test_a_page_with_files_refuses_it(acme: Party, name: str) -> None:
    where = Evaluation.objects.get()
    address = f"/admin/act/attach-files/brief.{where.pk}/"
    file = SimpleUploadedFile(name, b"a,b\n")
    answer = signed_in(where.owner).post(address, {"files": file})
    assert answer.status_code == 400
    assert SENTENCES[name] in answer.text
    assert not AttachedFile.objects.exists()
