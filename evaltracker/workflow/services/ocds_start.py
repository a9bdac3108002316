"""Starting an evaluation from an OCDS release: brief, needs, candidates, prices."""

import hashlib

from django.db import transaction

from evaltracker.evaluations import journal
from evaltracker.evaluations.models import Category, Evaluation, User
from evaltracker.ocds.reading import Offered, Start, read_ocds
from evaltracker.requirements.services.categories import add_category
from evaltracker.requirements.services.evaluations import (
    require_starter,
    start_evaluation,
)
from evaltracker.requirements.services.requirements import add_requirement
from vendors.costs.kinds import CostKind
from vendors.models import Candidate, Vendor
from vendors.services.candidates import add_candidate
from vendors.services.companies import add_vendor
from vendors.services.costs import set_cost_line


@transaction.atomic
def start_from_ocds(*, content: bytes, by: User, slug: str = "") -> Evaluation:
    """A new evaluation in the requirements stage, owned by `by`, from a release.

    What the release does not say stays blank, and responses of tenderers are no claims:
    who is invited states them here.

    Raises:
        Forbidden: `by` may not start evaluations. Invalid: nothing in the file fits.

    """
    require_starter(by)
    start = read_ocds(content)
    sha256 = hashlib.sha256(content).hexdigest()
    evaluation = start_evaluation(
        title=start.title,
        buyer=start.buyer,
        slug=slug,
        problem=start.problem,
        budget=start.budget,
        must_run_by=start.must_run_by,
        source_note=origin_sentence(start),
        by=by,
        **({"currency": start.currency} if start.currency else {}),
    )
    _add_requirements(evaluation, start, by)
    for offer in start.offers:
        _set_price(_add_candidate(evaluation, offer, by), offer, by)
    journal.record(
        evaluation=evaluation,
        action="evaluation.read_from_ocds",
        subject=evaluation,
        by=by,
        after={
            "ocid": start.ocid,
            "sha256": sha256,
            "requirements": len(start.requirements),
            "candidates": len(start.offers),
        },
    )
    return evaluation


def origin_sentence(start: Start) -> str:
    """Where it comes from, and until when tenderers could answer there."""
    due = start.answers_until
    until = f" Tenders were due by {due}." if due else ""
    return f"OCDS release of {start.ocid or 'an unnamed process'}.{until}"


def _add_requirements(evaluation: Evaluation, start: Start, by: User) -> None:
    """What is asked for, by category; none moves a metric yet."""
    categories: dict[str, Category] = {}
    for requirement in start.requirements:
        if requirement.category not in categories:
            categories[requirement.category] = add_category(
                evaluation=evaluation,
                name=requirement.category,
                price_reason="The OCDS release asks for it.",
                by=by,
            )
        add_requirement(
            evaluation=evaluation,
            category=categories[requirement.category],
            ref=requirement.ref,
            text=requirement.text,
            priority=requirement.priority,
            weight=requirement.weight,
            vendor_help=requirement.vendor_help,
            by=by,
        )


def _add_candidate(evaluation: Evaluation, offer: Offered, by: User) -> Candidate:
    """A tenderer, longlisted, with its company."""
    vendor = Vendor.objects.filter(name=offer.name).first()
    return add_candidate(
        evaluation=evaluation,
        name=offer.name,
        vendor=vendor or add_vendor(name=offer.name, by=by),
        by=by,
    )


def _set_price(candidate: Candidate, offer: Offered, by: User) -> None:
    """The value of its bid or award, as the file tells it."""
    if offer.amount is None:
        return
    set_cost_line(
        candidate=candidate,
        kind=CostKind.LICENCE,
        label=f"Value of the {offer.source}",
        likely=offer.amount,
        currency=offer.currency,
        source_text=f"{offer.amount} {offer.currency}, {offer.source} "
        "in the OCDS release",
        by=by,
    )
