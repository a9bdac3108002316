"""Files on the pages of things: the card, the box, what is sent and refused."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from evaltracker.evaluations.models import AttachedFile
from tests.clients import signed_in
from tests.factories import stakeholders, trials
from tests.talk.attaching import attach, upload
from vendors.services.costs import set_cost_line

pytestmark = pytest.mark.django_db


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_each_price_has_a_link_with_its_number_of_files",
)
def test_files_are_sent_listed_taken_and_removed() -> None:
    where = trials.platform()
    browser = signed_in(where.owner)
    page = f"/admin/e/{where.slug}/brief/"
    act = f"/admin/act/attach-files/brief.{where.pk}/"
    assert act in browser.get(page).content.decode()
    form = browser.get(act).content.decode()
    assert "multipart/form-data" in form
    assert "up to 10 files and 10 MB at" in form
    sent = browser.post(act, {"files": [upload("dpa.txt"), upload("policy.txt")]})
    assert sent.status_code == 302
    body = browser.get(page).content.decode()
    assert "dpa.txt" in body
    assert "policy.txt" in body
    file = AttachedFile.objects.get(name="dpa.txt")
    assert browser.post(f"/admin/act/remove-file/{file.pk}/").status_code == 302
    assert "dpa.txt" not in browser.get(page).content.decode()
    assert browser.get(f"/admin/files/{file.pk}/").status_code == 404


def test_what_is_refused_is_said_beside_the_field() -> None:
    where = trials.platform()
    browser = signed_in(where.owner)
    act = f"/admin/act/attach-files/brief.{where.pk}/"
    answer = browser.post(act, {"files": [upload("tool.exe", b"MZ")]})
    assert answer.status_code == 415
    assert "“tool.exe”: Files of this type are not taken" in answer.content.decode()
    assert browser.post(act, {}).status_code == 400


def test_each_price_has_a_link_with_its_number_of_files() -> None:
    option = trials.claimed(trials.platform())
    where = option.evaluation
    for kind in ("licence", "support"):
        line = set_cost_line(
            candidate=option, kind=kind, likely=Decimal(1), by=where.owner
        )
        attach("cost_line", line, *[f"{kind}-{number}.txt" for number in range(3)])
    browser = signed_in(where.owner)
    page = reverse("admin:candidate_costs", args=[option.pk])
    body = browser.get(page).content.decode()
    assert body.count("attach-files/cost_line.") == 2
    assert re.findall(r"attach_file</span>\s+(\d+)", body) == ["3", "3"]


def test_only_what_one_attached_can_one_remove() -> None:
    option = trials.claimed(trials.platform())
    attach("candidate", option, "nda.txt")
    it = signed_in(stakeholders.holder("it"))
    page = reverse("admin:candidate", args=[option.pk])
    body = it.get(page).content.decode()
    assert "nda.txt" in body
    assert "attach-files" in body
    assert "remove-file" not in body
