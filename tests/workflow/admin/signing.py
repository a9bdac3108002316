"""Posting the form of a sign page as somebody."""

from typing import Any

from evaltracker.evaluations.models import Evaluation
from stakeholders.models import SignOff
from tests.clients import signed_in
from tests.factories import stakeholders
from tests.factories.workflow import shown

WORDS = "Trains on <b>GPUs</b> | [x](http://evil.example)"


def sign_page(where: Evaluation, role: str = "it") -> str:
    """The page on which a role signs the stage."""
    rule = where.sign_off_rules.get(role=role, stage=where.stage)
    return f"/admin/act/sign/{rule.pk}/"


def post(where: Evaluation, here: str, who: str = "it", **form: Any) -> Any:
    """The answer to an approval of the words that stand, or to what `form` says."""
    data = {"shown": shown(where), "verdict": "approve", "reason": ""}
    data |= {"without_weights": "on", **form}
    return signed_in(stakeholders.holder(who)).post(here, data)


def receipt() -> str:
    """The page of the last signature."""
    return f"/admin/receipts/{SignOff.objects.latest('signed_at').pk}/"
