"""Finding a token by its secret text."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from evaltracker.evaluations.models import Evaluation, Notice, Requirement, ScopeValue
from evaltracker.toolbox.database import loaded, pipeline
from vendors.answered_values import answered
from vendors.choices import CandidateState
from vendors.models import Candidate, Vendor, VendorToken
from vendors.selectors.claims import vendors_answers
from vendors.wall import TOKEN, VENDOR, digest_of, show

# Who is in the choice, what they are asked, and what a vendor was invited to.

ACTIVE = (
    CandidateState.LONGLISTED,
    CandidateState.SHORTLISTED,
    CandidateState.CHOSEN,
)


def invitations(vendor: Vendor) -> QuerySet[Candidate]:
    """The candidates for which `vendor` was invited; its whole world."""
    rows: QuerySet[Candidate] = Candidate.objects.for_vendor(vendor)
    return rows.filter(invited_at__isnull=False).select_related("evaluation", "vendor")


def with_counts(candidates: QuerySet[Candidate]) -> QuerySet[Candidate]:
    """Each with `asked` requirements and `answered` ones, by its vendor, of them."""
    asked = (
        Requirement.objects.filter(
            evaluation=OuterRef("evaluation"), retired_at__isnull=True
        )
        .order_by()
        .values("evaluation")
        .annotate(number=Count("pk"))
        .values("number")
    )
    answered = (
        vendors_answers()
        .filter(candidate=OuterRef("pk"))
        .order_by()
        .values("candidate")
        .annotate(number=Count("pk"))
        .values("number")
    )
    return candidates.annotate(
        asked=Coalesce(Subquery(asked), 0), answered=Coalesce(Subquery(answered), 0)
    )


def active_candidates(evaluation: Evaluation) -> QuerySet[Candidate]:
    """Candidates that are still in the choice."""
    rows: QuerySet[Candidate] = Candidate.objects.filter(evaluation=evaluation)
    return rows.filter(state__in=ACTIVE).select_related("vendor")


def shortlisted(evaluation: Evaluation) -> QuerySet[Candidate]:
    """The closer choice: shortlisted candidates, and the chosen one."""
    return active_candidates(evaluation).exclude(state=CandidateState.LONGLISTED)


def asked_requirements(evaluation: Evaluation) -> QuerySet[Requirement]:
    """What candidates are asked: every requirement that is not retired."""
    rows: QuerySet[Requirement] = Requirement.objects.filter(evaluation=evaluation)
    return rows.filter(retired_at__isnull=True).select_related("category")


# For which values of the brief's lists a requirement must hold, and which are owed.

type Value = tuple[str, str]


class Said(NamedTuple):
    """What an answer says of values, as it is kept."""

    requirement_revision: int
    availability: str
    environments: list[str]
    holds_for: Mapping[str, Any] | None


NOTHING = Said(0, "", [], None)


def with_demands(requirements: QuerySet[Requirement]) -> QuerySet[Requirement]:
    """Each with its lists and their values, in three queries more."""
    return requirements.prefetch_related("demands__scope__values")


def demanded(requirement: Requirement) -> dict[str, list[str]]:
    """The values by list in which it must hold today; none: it has no list."""
    return {
        held.scope.name: [
            it.name for it in held.scope.values.all() if not it.retired_at
        ]
        for held in requirement.demands.all()
    }


def lists_of(evaluation: Evaluation) -> dict[str, list[str]]:
    """The lists of the brief with their values of today."""
    lists: dict[str, list[str]] = {scope.name: [] for scope in evaluation.scopes.all()}
    values = ScopeValue.objects.current().filter(scope__evaluation=evaluation)
    for scope, value in values.order_by("position", "name").values_list(
        "scope__name", "name"
    ):
        lists[scope].append(value)
    return lists


def owed_values(
    said: Said, requirement: Requirement, ruled: Mapping[str, Iterable[str]]
) -> set[Value]:
    """The values, each with its list, that are not answered and not ruled out."""
    lists = demanded(requirement)
    asked = {(name, value) for name, values in lists.items() for value in values}
    out = {(name, value) for name, values in ruled.items() for value in values}
    speaks_of = answered(said.holds_for, said.environments, said.availability, lists)
    return asked - out - speaks_of


# What became of an invitation's mails.

# The name under which `vendors.notices` owes them.
LETTER = "invitation"


def invitation_letters(*candidates: Candidate) -> QuerySet[Notice]:
    """The mails by which these candidates' vendors were or are to be invited."""
    rows: QuerySet[Notice] = Notice.objects.filter(
        kind=LETTER, subject_id__in=[str(candidate.pk) for candidate in candidates]
    )
    return rows.order_by("created_at")


LIVE = """
FROM vendors_vendortoken token JOIN vendors_vendor vendor ON vendor.id = token.vendor_id
WHERE token.digest = %(digest)s AND token.revoked_at IS NULL
AND (token.expires_at IS NULL OR token.expires_at > %(now)s)
"""
WHO = f"""
SELECT token.id, token.prefix, token.last_used_on, token.vendor_id,
    vendor.name, vendor.slug {LIVE}
"""
# Only the token's own row can be seen (docs/isolation.md) ...
SHOW_TOKEN = f"""
SELECT set_config('{TOKEN}', %(digest)s, true), set_config('{VENDOR}', '', true)
"""
# ... and when it has been read, only its vendor's rows.
SHOW_VENDOR = f"""
SELECT set_config('{VENDOR}', (SELECT token.vendor_id::text {LIVE}), true),
    set_config('{TOKEN}', '', true)
"""
SECRET = re.compile(r"evt_[0-9a-f]{12}_[A-Za-z0-9_-]{43}")


def live_tokens(vendor: Vendor) -> QuerySet[VendorToken]:
    """Tokens of `vendor` that open the API now."""
    tokens: QuerySet[VendorToken] = VendorToken.objects.filter(vendor=vendor)
    return tokens.filter(_live())


def find_tokens(secrets: Collection[str]) -> QuerySet[VendorToken]:
    """The live tokens among these secret texts, with their vendors."""
    tokens: QuerySet[VendorToken] = VendorToken.objects.select_related("vendor")
    return tokens.filter(_live(), digest__in=[digest_of(text) for text in secrets])


def recognise(secret: str) -> VendorToken | None:
    """The live token of that text, with its vendor, whose rows can now be found.

    Found by digest through the unique index, so no secret is compared byte by byte.
    """
    live = {"digest": digest_of(secret), "now": timezone.now()}
    with pipeline(savepoint=False) as pipe:
        show(pipe, SHOW_TOKEN, digest=live["digest"])
        found = pipe.ask(WHO, **live)
        show(pipe, SHOW_VENDOR, **live)
    row = found.fetchone()
    if row is None:
        return None
    token = loaded(VendorToken, row)
    vendor = {"id": row["vendor_id"], "name": row["name"], "slug": row["slug"]}
    token.vendor = loaded(Vendor, vendor)
    return token


def _live() -> Q:
    now = timezone.now()
    return Q(revoked_at__isnull=True) & (
        Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    )
