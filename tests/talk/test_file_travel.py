"""Files leave and come with an evaluation, and stand in the evidence pack."""

import io
import zipfile

import pytest
from django.core.management import call_command

from evaltracker.decision.services.evidence_pack import take_pack
from evaltracker.evaluations.models import AttachedFile
from evaltracker.talk.services import remove_file
from tests.portable.files import carried_away, document, taken_in, written_again
from tests.talk.attaching import attach
from tests.workflow.deciding import decided

pytestmark = pytest.mark.django_db


def test_files_and_what_is_left_of_removed_ones_come_back_as_they_were() -> None:
    where, _ = decided()
    kept, gone = attach("decision", where, "contract.txt", "draft.txt")
    remove_file(file=gone, by=where.owner)
    content = carried_away(where)
    entries = len(document(content)["journal"])
    again = taken_in(content)
    assert written_again(again, entries=entries) == content
    file = AttachedFile.objects.kept().get()
    assert (file.pk, file.sha256) == (kept.pk, kept.sha256)
    said = io.StringIO()
    call_command("verify_files", again.slug, stdout=said)
    assert "1 file is as handed in" in said.getvalue()
    call_command("verify_journal", "--tables", stdout=io.StringIO())


def test_the_evidence_pack_holds_them() -> None:
    where, _ = decided()
    (file,) = attach("decision", where, "contract.txt")
    taken = take_pack(evaluation=where, by=where.owner)
    with taken, zipfile.ZipFile(taken) as pack:
        assert pack.read(f"files/{file.sha256}.txt") == b"This is contract.txt."
        assert "contract.txt,The decision" in pack.read("files/files.csv").decode()
