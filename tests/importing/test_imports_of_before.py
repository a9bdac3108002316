"""Imports of before: of kinds that are gone, and with what stayed out of them."""

import io

import openpyxl
import pytest

from evaltracker.errors import Refused
from evaltracker.evaluations.models import Evaluation, Import
from evaltracker.importing.services.imports import undo_import
from tests.clients import signed_in
from tests.factories import stakeholders, trials
from tests.import_pages import Importer

pytestmark = pytest.mark.django_db


def test_scores_stay_private_and_are_not_undone() -> None:
    where = trials.platform("must")
    scorer = stakeholders.holder("it")
    old = Import.objects.create(
        evaluation=where,
        kind="scores",
        filename="my secret 4.csv",
        sha256="0" * 64,
        by=scorer,
        is_private=True,
    )
    address = f"/admin/act/undo-import/{old.pk}/"
    assert signed_in(where.owner).get(address).status_code == 404
    assert signed_in(scorer).get(address).status_code == 403
    with pytest.raises(Refused, match="not imported any more"):
        undo_import(imported=old, by=where.owner)


def test_what_stayed_out_of_an_import_of_before_is_still_handed_back(
    purchase: Evaluation, desk: Importer
) -> None:
    row = {"cells": ["R7", "=1+1"], "numbers": {}}
    part = {"above": [{"cells": ["ref", "text"], "numbers": {}}]}
    old = Import.objects.create(
        evaluation=purchase,
        kind="requirements",
        filename="old.csv",
        sha256="0" * 64,
        by=purchase.owner,
        counts={"new": 1, "changed": 0, "same": 0, "refused": 1},
        kept={"rest": [{**part, "rows": [{**row, "why": "Two rows have R7."}]}]},
    )
    assert f"?import={old.pk}" in desk.see()
    answer = desk.client.get(f"{desk.url}rest.xlsx", {"import": str(old.pk)})
    (sheet,) = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets
    names, cells = sheet.iter_rows(values_only=True)
    assert names[:2] == ("ref", "text")
    assert cells[1] == "'=1+1"
    assert cells[2] == "Two rows have R7."
