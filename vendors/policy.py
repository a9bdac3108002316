"""Who may do what in vendors, and when; one sentence for each no."""

import datetime
import zoneinfo

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from evaltracker.errors import Forbidden, Refused
from evaltracker.evaluations.choices import Stage, Status
from evaltracker.evaluations.journal import SYSTEM, By, actor_of
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import is_owner, is_published, may_start_evaluations
from evaltracker.toolbox.registry import read_once
from vendors.choices import CandidateKind, CandidateState
from vendors.models import Candidate, Conflict, Vendor

# Stages in which the buyer may write down what a candidate is said to do.
NOTE_STAGES = (Stage.RESEARCH, Stage.DEMOS, Stage.TRIALS)
# Who answers for these is the buyer, so the buyer may state an availability.
ANSWERED_BY_BUYER = (
    CandidateKind.BUILD,
    CandidateKind.OPEN_SOURCE,
    CandidateKind.AS_IS,
)
ANSWER_FIRST = (
    "Declare conflicts of interest first: My work and the Conflicts page of the "
    "evaluation ask you."
)
INVITABLE = (CandidateKind.BUY, CandidateKind.OPEN_SOURCE)


def may_keep_vendors(user: User) -> bool:
    """Whether `user` keeps the list of companies: whoever runs evaluations."""
    return user.is_active and (
        may_start_evaluations(user) or Evaluation.objects.filter(owner=user).exists()
    )


def may_read_contacts(user: User, evaluation: Evaluation) -> bool:
    """Whether `user` reads the addresses of vendors' people here, and what the mail
    server said of them: who writes to them, and operators."""
    return is_owner(user, evaluation) or (user.is_active and user.is_superuser)


def require_vendor_keeper(by: By) -> None:
    """Refuse everybody who runs no evaluation; the command line may."""
    user = actor_of(by).user
    if by == SYSTEM or (user is not None and may_keep_vendors(user)):
        return
    raise Forbidden("Only people who run an evaluation keep the list of vendors.")


def may_keep_tokens(user: User, vendor: Vendor) -> bool:
    """Whether `user` owns an evaluation in which `vendor` is a candidate."""
    return (
        user.is_active
        and Candidate.objects.filter(vendor=vendor, evaluation__owner=user).exists()
    )


def require_token_keeper(by: By, vendor: Vendor) -> None:
    """Refuse everybody but owners who evaluate this vendor, and the command line."""
    user = actor_of(by).user
    if by == SYSTEM or (user is not None and may_keep_tokens(user, vendor)):
        return
    raise Forbidden(
        f"Only the owner of an evaluation with {vendor.name} in it handles its tokens."
    )


def may_see_prices(user: User, evaluation: Evaluation) -> bool:
    """Whether prices are open to `user`: to the owner always, to others once two
    people opened them; to nobody whose conflict of interest was not cleared. An
    operator is bound too."""
    opened = is_owner(user, evaluation) or (
        evaluation.prices_opened_at is not None
        and Evaluation.objects.visible_to(user).filter(pk=evaluation.pk).exists()
    )
    return opened and barring_interest(user, evaluation) is None


def barring_interest(user: User, evaluation: Evaluation) -> Conflict | None:
    """A conflict that `user` declared in a candidate here and nobody has cleared.

    It bars from all candidates of the evaluation: those are its rivals. A page asks it
    of every row, so it is read once for a request that only reads.
    """

    def read() -> Conflict | None:
        rows = Conflict.objects.barring().of(user)
        here = rows.filter(candidate__evaluation=evaluation)
        return here.select_related("candidate").order_by("declared_at").first()

    return read_once(("barring interest", user.pk, evaluation.pk), read)


def conflicted_people(evaluation: Evaluation) -> set[int]:
    """Ids of those who declared a conflict here that nobody has cleared; read once, as
    above."""
    rows = Conflict.objects.barring().filter(candidate__evaluation=evaluation)
    people = rows.values_list("person_id", flat=True)
    return read_once(("conflicted", evaluation.pk), lambda: set(people))


def where_unbarred(user: User, path: str = "candidate__evaluation") -> Q:
    """The condition that `user` has no uncleared interest in any candidate of the
    evaluation at `path`."""
    barring = Conflict.objects.barring().of(user).values("candidate__evaluation")
    return ~Q(**{f"{path or 'pk'}__in": barring})


def unbarred(evaluation: Evaluation, people: QuerySet[User]) -> QuerySet[User]:
    """Of `people`, those whom no interest bars in the evaluation, as by
    `where_unbarred`."""
    return people.exclude(pk__in=conflicted_people(evaluation))


def is_asked(user: User, evaluation: Evaluation) -> bool:
    """Whether `user` declares interests here: the owner, and everybody with a part, own
    or lent. An operator without a part judges nothing."""
    return user.is_active and (
        evaluation.owner_id == user.pk or evaluation.readers.filter(pk=user.pk).exists()
    )


def to_declare(user: User) -> QuerySet[Candidate]:
    """Candidates about which `user` has not said yet whether they have an interest.

    Nobody is asked about what was eliminated, or in an evaluation that has ended.
    """
    declared = Conflict.objects.standing().of(user).values("candidate")
    owned = user.owned_evaluations.order_by().values("pk")
    read = user.readable_evaluations.order_by().values("pk")
    rows: QuerySet[Candidate] = Candidate.objects.filter(
        evaluation__in=owned.union(read), evaluation__status=Status.OPEN
    )
    return rows.exclude(state=CandidateState.ELIMINATED).exclude(pk__in=declared)


def has_to_declare(user: User, evaluation: Evaluation) -> bool:
    """Whether `user` is asked before they read on.

    The owner writes candidates down, and is asked once there may be something of them
    to read; everybody else before they read of candidates at all. Read once for a
    request that only reads, as above.
    """
    return read_once(
        ("has to declare", user.pk, evaluation.pk),
        lambda: (
            to_declare(user).filter(evaluation=evaluation).exists()
            and (not is_owner(user, evaluation) or is_published(evaluation))
        ),
    )


def check_no_conflict(evaluation: Evaluation, by: By) -> None:
    user = actor_of(by).user
    if user is not None and (barring := barring_interest(user, evaluation)):
        raise Forbidden(
            f"You declared a conflict of interest in {barring.candidate.name}. Until "
            f"{clears_it(user, evaluation)} clears it, you read no answers, verdicts, "
            "scores or prices here, and judge nothing."
        )


def check_read_answers(evaluation: Evaluation, user: User) -> None:
    """Refuse to show what candidates answer, cost or did to anybody who has not
    declared, or who declared a conflict that nobody has cleared.
    """
    check_no_conflict(evaluation, user)
    if has_to_declare(user, evaluation):
        raise Refused(ANSWER_FIRST, code="answer_first")


def check_interests_said(evaluation: Evaluation, user: User) -> None:
    """The same to whoever has not declared, of what only names candidates; the owner,
    who administers them, goes on."""
    if not is_owner(user, evaluation) and has_to_declare(user, evaluation):
        raise Refused(ANSWER_FIRST, code="answer_first")


def check_judges(evaluation: Evaluation, by: By) -> None:
    """The same for what judges by what was read; code that acts as the system may."""
    if user := actor_of(by).user:
        check_read_answers(evaluation, user)


def may_read_answers(user: User, evaluation: Evaluation) -> bool:
    barred = barring_interest(user, evaluation) is not None
    return not barred and not has_to_declare(user, evaluation)


def clears_it(user: User, evaluation: Evaluation) -> str:
    if is_owner(user, evaluation):
        return "a Leadership stakeholder without one"
    return evaluation.owner.name


def require_no_conflict(user: User, candidate: Candidate) -> None:
    """Refuse a person who has not declared, or who declared a conflict in any candidate
    of the evaluation that nobody has cleared."""
    check_no_conflict(candidate.evaluation, user)
    if to_declare(user).filter(pk=candidate.pk).exists():
        raise Refused(
            f"First declare whether you have a conflict of interest in "
            f"{candidate.name}; its page "
            "asks you."
        )


def claims_are_closed(evaluation: Evaluation, now: datetime.datetime) -> bool:
    """Whether claims were opened and are over, by hand or by the deadline."""
    return evaluation.claims_opened_at is not None and (
        evaluation.claims_closed_at is not None
        or (
            evaluation.claims_close_at is not None and evaluation.claims_close_at <= now
        )
    )


def require_claims_open(evaluation: Evaluation, now: datetime.datetime) -> None:
    """Refuse a vendor's words outside the window, naming both times.

    The sentence is for outsiders, so it tells nothing of the stage.
    """
    if evaluation.claims_are_open(now):
        return
    zone = zoneinfo.ZoneInfo(evaluation.zone)

    def local_time(instant: datetime.datetime) -> str:
        local = instant.astimezone(zone).isoformat(timespec="milliseconds")
        return f"{local} ({evaluation.zone})"

    ends = [
        end
        for end in (evaluation.claims_closed_at, evaluation.claims_close_at)
        if end is not None and end <= now
    ]
    times = {"now": local_time(now)}
    if ends:
        sentence = _("Claims closed at %(end)s; it is now %(now)s.")
        times["end"] = local_time(min(ends))
    elif evaluation.claims_opened_at is None:
        sentence = _("Claims are not open yet; it is now %(now)s.")
    else:
        sentence = _("Claims are no longer taken; it is now %(now)s.")
    raise Refused(sentence % times, code="claims_closed")
