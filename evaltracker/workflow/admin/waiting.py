"""What waits for the reader on the pages of workflow, for the side menu."""

from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.kit.clock import today_in
from evaltracker.pages.evaluation_menu import waits_on
from evaltracker.workflow.inbox.after import AHEAD, FRESH
from evaltracker.workflow.models import ContractTerm, Letter, PromiseCheck
from evaltracker.workflow.selectors.contracts import is_near, term_of
from stakeholders.choices import APPROVALS
from stakeholders.models import Condition, SignOffRule
from stakeholders.policy import has_a_say, lendings_today, voices
from vendors.models import Conflict


@waits_on("sign_offs")
def to_sign(user: User, evaluation: Evaluation) -> QuerySet[Any] | None:
    """Rules that ask for the reader's signature, as the evaluation was last seen."""
    if not evaluation.is_open or is_owner(user, evaluation) or not has_a_say(user):
        return None
    own = voices().filter(evaluation=evaluation, user=user)
    lent = lendings_today(evaluation).filter(substitute=user)
    rules: QuerySet[Any] = SignOffRule.objects.filter(
        Q(role__in=own.order_by().values("role"))
        | Q(role__in=lent.order_by().values("stakeholder__role")),
        evaluation=evaluation,
        stage=evaluation.stage,
        evaluation__outlook__is_signed_now=True,
    )
    if evaluation.stage != Stage.REQUIREMENTS:
        interests = Conflict.objects.barring().of(user)
        barred = interests.filter(candidate__evaluation=evaluation)
        rules = rules.exclude(evaluation__in=barred.values("candidate__evaluation"))
    # Verdicts on these very words, in the round that goes on.
    stands = Q(
        sign_offs__visit__left_at__isnull=True,
        sign_offs__round=F("sign_offs__visit__round"),
        sign_offs__document__sha256=F("evaluation__outlook__digest"),
    )
    theirs = Q(sign_offs__person=user) | Q(sign_offs__on_behalf_of=user)
    against = ~Q(sign_offs__verdict__in=APPROVALS)
    rules = rules.annotate(
        given=Count("sign_offs", filter=stands & theirs),
        refused=Count("sign_offs", filter=stands & against),
        approved=Count("sign_offs", filter=stands & ~against),
    )
    waiting = rules.filter(given=0, refused=0, approved__lt=F("required"))
    return SignOffRule.objects.filter(pk__in=waiting.order_by().values("pk"))


@waits_on("sign_offs")
def to_meet(user: User, evaluation: Evaluation) -> QuerySet[Any] | None:
    """Conditions of approvals that the reader has to meet."""
    if not evaluation.is_open:
        return None
    rows: QuerySet[Any] = Condition.objects.filter(owner=user, closed_at__isnull=True)
    return rows.filter(sign_off__visit__evaluation=evaluation)


@waits_on("letters")
def to_send(user: User, evaluation: Evaluation) -> QuerySet[Any] | None:
    """Letters that the owner drafted lately and has not sent."""
    if evaluation.is_open or not is_owner(user, evaluation):
        return None
    rows: QuerySet[Any] = Letter.objects.in_evaluation(evaluation)
    fresh = timezone.now() - FRESH
    return rows.filter(released_at__isnull=True, drafted_at__gte=fresh)


@waits_on("promise_checks")
def to_check(user: User, evaluation: Evaluation) -> QuerySet[Any] | None:
    """Promises that the owner has to look at again by now, or soon."""
    if evaluation.is_open or not is_owner(user, evaluation):
        return None
    rows: QuerySet[Any] = PromiseCheck.objects.in_evaluation(evaluation)
    until = today_in(evaluation.zone) + AHEAD
    return rows.filter(closed_at__isnull=True, due_on__lte=until)


@waits_on("promise_checks")
def contract_to_settle(user: User, evaluation: Evaluation) -> QuerySet[Any] | None:
    """The contract, once its last day to give notice is near."""
    if evaluation.is_open:
        return None
    term = term_of(evaluation)
    if term is None or not is_near(term):
        return None
    if user.pk not in (evaluation.owner_id, term.looks_after_id):
        return None
    rows: QuerySet[Any] = ContractTerm.objects.filter(pk=term.pk)
    return rows
