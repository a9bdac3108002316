"""No body sets what is not the vendor's to set (T22)."""

from typing import Any

import pytest
from django.apps import apps

from tests.vendors.api.conftest import CLAIM, Party, refused
from vendors.models import Claim, Proposal, Question, Submission

# What each call takes; everything else that a model has is refused.
CALLS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "claims/": (
        CLAIM,
        {
            "requirement",
            "availability",
            "available_from",
            "environments",
            "holds_for",
            "number",
            "statement",
            "evidence_url",
        },
    ),
    "questions/": ({"text": "Which R?"}, {"text", "requirement"}),
    "proposals/": (
        {"category": "Training", "text": "GPU quotas"},
        {"category", "new_category", "text", "reason"},
    ),
    "submission/": ({}, set()),
}
COMMON = {
    "id",
    "pk",
    "uuid",
    "_method",
    "__proto__",
    "constructor",
    "admin",
    "is_admin",
    "is_staff",
    "is_superuser",
    "role",
    "roles",
    "permissions",
    "user",
    "user_id",
    "owner",
    "owner_id",
    "vendor",
    "vendor_id",
    "candidate_id",
    "evaluation",
    "evaluation_id",
    "tenant",
    "status",
    "state",
    "score",
    "weight",
    "price",
    "approved",
    "verified",
    "created_at",
    "updated_at",
    "deleted",
}
NAMES = sorted(
    COMMON
    | {
        name
        for label in ("vendors", "trials", "evaluations")
        for model in apps.get_app_config(label).get_models()
        for field in model._meta.get_fields()
        for name in (field.name, getattr(field, "attname", field.name))
    }
)


@pytest.mark.parametrize("below", CALLS)
@pytest.mark.nightly(
    reason="four calls with 100 names; each push makes that of a claim",
    short="[claims/]",
)
def test_what_a_call_does_not_take_is_400_and_named(acme: Party, below: str) -> None:
    body, taken = CALLS[below]
    address = f"{acme.home}{below}"
    names = [name for name in NAMES if name not in taken]
    assert len(names) > 100
    # Together, and, so that none hides behind another, a handful alone.
    problem = refused(acme.call("POST", address, {**body, **dict.fromkeys(names)}), 400)
    assert {error["pointer"].removeprefix("#/") for error in problem["errors"]} == set(
        names
    )
    for name in sorted(COMMON - taken):
        for value in ("x", 1, None, {"id": 1}):
            refused(acme.call("POST", address, {**body, name: value}), 400)
    for model in (Claim, Question, Proposal, Submission):
        assert not model._default_manager.exists()


def test_a_batch_takes_no_more_than_a_claim(acme: Party) -> None:
    names = [name for name in NAMES if name not in CALLS["claims/"][1]]
    claim = {**CLAIM, **dict.fromkeys(names)}
    answer = acme.call("POST", f"{acme.home}claims/batch/", {"claims": [claim]})
    problem = refused(answer, 400)
    named = {
        error["pointer"].removeprefix("#/claims/0/") for error in problem["errors"]
    }
    assert named == set(names)


def test_a_written_claim_is_the_callers_own_whatever_stands_around_it(
    acme: Party, globex: Party
) -> None:
    answer = acme.call(
        "POST",
        f"{acme.home}claims/",
        CLAIM,
        x_vendor="globex",
        cookie=f"vendor={globex.candidate.vendor_id}",
    )
    assert answer.status_code == 201
    kept = Claim.objects.get()
    assert (kept.candidate_id, kept.by_vendor) == (acme.candidate.pk, True)
    assert (kept.revision, kept.noted_by) == (1, None)
