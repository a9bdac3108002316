"""Where things are mended: addresses of pages, for blockers and notices."""

from urllib.parse import urlencode

from django.db.models import Model

from evaltracker.evaluations.models import Evaluation, Requirement
from evaltracker.pages.acts import place_of
from stakeholders.models import SignOffRule
from trials.models import Trial
from trials.selectors.ledger import LedgerRow
from vendors.models import Candidate


def page(evaluation: Evaluation, name: str, anchor: str = "") -> str:
    address = place_of(f"admin:evaluation_{name}", evaluation.slug)
    if anchor:
        return f"{address}#{anchor}"
    return address


def act(name: str, target: Model, anchor: str = "", **prefill: str) -> str:
    address = place_of("admin:act_on", name, target.pk)
    if prefill:
        query = f"?{urlencode(prefill)}"
    else:
        query = ""
    if anchor:
        return f"{address}{query}#{anchor}"
    return f"{address}{query}"


def candidate(candidate: Candidate) -> str:
    return place_of("admin:candidate", candidate.pk)


def cell(candidate: Candidate, requirement: Requirement | LedgerRow) -> str:
    return place_of("admin:cell", candidate.pk, requirement.pk)


def trial(trial: Trial, anchor: str = "") -> str:
    address = place_of("admin:trial", trial.pk)
    if anchor:
        return f"{address}#{anchor}"
    return address


def sign(rule: SignOffRule) -> str:
    return act("sign", rule)
