"""Steps of workflow that many tests take."""

from typing import Any

from evaltracker.decision.memo.signed_words import document_of
from evaltracker.evaluations.models import Evaluation, Visit
from evaltracker.workflow.services.sign_offs import sign
from stakeholders.models import SignOff, digest_of
from tests.factories import common, stakeholders
from tests.fixture_cache import built_once


def shown(where: Evaluation) -> str:
    """The digest of the words that stand now."""
    visit = Visit.objects.filter(evaluation=where).latest("number")
    return digest_of(document_of(where, visit=visit))


@built_once
def sign_as(
    where: Evaluation, role: str, verdict: str = "approve", **more: Any
) -> SignOff:
    """A sign-off of the words that stand now, by who holds the role."""
    return sign(
        rule=where.sign_off_rules.get(stage=where.stage, role=role),
        verdict=verdict,
        shown=more.pop("shown", None) or shown(where),
        by=more.pop("by", None) or stakeholders.holder(role),
        without_weights=more.pop("without_weights", True),
        **more,
    )


@built_once
def to_be_signed(*roles: str, **requirement: Any) -> Evaluation:
    """An evaluation in requirements that waits for signatures and nothing else."""
    where = common.evaluation()
    common.requirement(where, **requirement)
    stakeholders.stakeholders(where)
    stakeholders.sign_off_rules(where, roles=roles or stakeholders.SIGNING)
    return where


@built_once
def ready_to_advance() -> Evaluation:
    """An evaluation in requirements whose gates are all silent."""
    where = to_be_signed("it")
    sign_as(where, "it")
    return where
