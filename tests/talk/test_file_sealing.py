"""Files are sealed as what they are attached to: names, counts, pages and search."""

from decimal import Decimal

import pytest

from evaltracker.evaluations.models import AttachedFile, Entry, User
from evaltracker.pages.search import SEARCHES, SearchScope
from evaltracker.pages.workspace import sealed_entries
from evaltracker.talk.rules import file_counts as counts_of
from tests.clients import signed_in
from tests.factories import stakeholders, trials, vendors
from tests.talk.attaching import attach
from vendors.models import Candidate
from vendors.services.candidates import declare_conflict, declare_interests
from vendors.services.costs import remove_cost_line, set_cost_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def option(db: None) -> Candidate:
    """Priced, with a file on it and one on its price."""
    found = trials.claimed(trials.platform())
    line = set_cost_line(
        candidate=found, kind="licence", likely=Decimal(1), by=found.evaluation.owner
    )
    attach("candidate", found, "nda.txt")
    attach("cost_line", line, "offer.txt")
    return found


def names(user: User) -> list[str]:
    """What somebody finds of files, wherever they look."""
    seen = set(AttachedFile.objects.visible_to(user).values_list("name", flat=True))
    searched = {row.name for row in SEARCHES["attached"].rows(SearchScope(user))}
    assert searched <= seen
    return sorted(seen)


def test_a_file_on_a_price_is_as_sealed_as_the_price(option: Candidate) -> None:
    where, ivan = option.evaluation, stakeholders.holder("it")
    file = AttachedFile.objects.get(topic="cost_line")
    assert names(where.owner) == ["nda.txt", "offer.txt"]
    assert names(ivan) == ["nda.txt"]
    assert not counts_of(ivan, where, "cost_line")
    assert counts_of(where.owner, where, "cost_line") == {file.subject_id: 1}
    assert sum(counts_of(ivan, where, "candidate").values()) == 1
    browser = signed_in(ivan)
    assert browser.get(f"/admin/files/{file.pk}/").status_code == 404
    key = f"cost_line.{file.subject_id}"
    assert browser.get(f"/admin/act/attach-files/{key}/").status_code == 404
    assert browser.get(f"/admin/act/remove-file/{file.pk}/").status_code == 404
    page = browser.get(f"/admin/e/{where.slug}/files/").content.decode()
    assert "nda.txt" in page
    assert "offer.txt" not in page
    told = list(Entry.objects.filter(subject_id=str(file.pk)))
    assert sealed_entries(ivan, where, told) == {entry.number for entry in told}
    assert sealed_entries(where.owner, where, told) == set()
    vendors.enter(where, "decision")
    vendors.open_prices(where)
    assert names(ivan) == ["nda.txt", "offer.txt"]


def test_an_interest_bars_from_files_too(option: Candidate) -> None:
    ivan = stakeholders.holder("it")
    declare_conflict(candidate=option, has_interest=True, statement="Shares.", by=ivan)
    assert names(ivan) == []


def test_who_has_not_declared_is_asked_before_a_download(option: Candidate) -> None:
    pm = stakeholders.holder("pm")
    file = AttachedFile.objects.get(topic="candidate")
    other = vendors.invited(option.evaluation, "Globex", declares=False)
    browser = signed_in(pm)
    answer = browser.get(f"/admin/files/{file.pk}/")
    assert "declare-interests" in answer["Location"]
    assert list(SEARCHES["attached"].rows(SearchScope(pm))) == []
    declare_interests(evaluation=option.evaluation, interests={other.pk: ""}, by=pm)
    answer = browser.get(f"/admin/files/{file.pk}/")
    assert answer["Content-Disposition"] == 'attachment; filename="nda.txt"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    content = answer.streaming_content  # type: ignore[attr-defined]
    assert b"".join(content) == b"This is nda.txt."


def test_a_price_that_is_removed_takes_its_files_along(option: Candidate) -> None:
    line = option.cost_lines.get()
    remove_cost_line(line=line, by=option.evaluation.owner)
    file = AttachedFile.objects.get(topic="cost_line")
    assert file.stored_as == ""
    assert Entry.objects.filter(action="file.removed").count() == 1
    # Nobody but the journal tells of it any more.
    assert names(option.evaluation.owner) == ["nda.txt"]
