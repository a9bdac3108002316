"""What one person sees of one sign-off rule: the words, the changes, may they sign."""

from dataclasses import dataclass, field

from django.db.models import Q

from evaltracker.errors import Forbidden, Refused
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import User, Visit
from evaltracker.workflow.admin.differences import DiffLine, diff_lines
from evaltracker.workflow.admin.sign_glance import Glance, glance_at, proof_of
from evaltracker.workflow.gates import Look
from evaltracker.workflow.gates.reports import first_closed
from evaltracker.workflow.memo.changes import changes
from evaltracker.workflow.memo.documents import QUESTIONS, THINGS
from evaltracker.workflow.services.signing import (
    SEALED,
    is_sealed,
    refuse_conflicted,
    unjudged_words,
)
from stakeholders.models import Delegation, SignOff, SignOffRule
from stakeholders.policy import signing_parts
from stakeholders.selectors import RuleTally, last_signed

UNFOLDED = 3  # lines of a difference that stand on the first screen


@dataclass(frozen=True, slots=True)
class Compared:
    """What changed since an earlier signature."""

    signed: SignOff
    lines: list[DiffLine]

    @property
    def first(self) -> list[DiffLine]:
        """What is shown unfolded."""
        return self.lines[:UNFOLDED]

    @property
    def rest(self) -> list[DiffLine]:
        return self.lines[UNFOLDED:]


@dataclass(frozen=True, slots=True)
class SignView:
    """Everything that the sign page shows besides the form.

    `barred` is the sentence why this person cannot sign; empty if they can. `unjudged`
    is how much of the trials nobody has judged; empty if there is nothing of the sort.
    """

    rule: SignOffRule
    question: str
    content: str
    digest: str
    barred: str
    lending: Delegation | None
    mine: SignOff | None
    last: SignOff | None = None
    since_mine: Compared | None = None
    since_first: Compared | None = None
    tallies: list[RuleTally] = field(default_factory=list)
    glance: Glance = field(default_factory=Glance)
    unjudged: str = ""
    proof: list[tuple[str, str]] = field(default_factory=list)

    @property
    def heading(self) -> str:
        """What is asked, as the page is called."""
        return f"Approve {THINGS[Stage(self.rule.stage)]}?"

    @property
    def approved(self) -> str:
        """How many roles have approved."""
        passed, asked = sum(tally.passed for tally in self.tallies), len(self.tallies)
        return f"{passed} of {asked} role{'s' if asked > 1 else ''} approved"


def look_at(rule: SignOffRule, user: User) -> SignView:
    """The rule as `user` sees it now."""
    evaluation = rule.evaluation
    look = Look(evaluation)
    question = QUESTIONS[Stage(rule.stage)]
    if not evaluation.is_open or rule.stage != evaluation.stage:
        return SignView(rule, question, "", "", past(rule), None, None)
    if is_sealed(evaluation):
        return SignView(rule, question, "", "", SEALED, None, None)
    content, visit, digest = look.document, look.visit, look.digest
    seats = signing_parts(user, evaluation, rule.role)
    seat = seats[0][0].user if seats else user
    mine = signed_already(rule, seat, visit, digest)
    barred = why_not(rule, user, visit, may=bool(seats))
    last = last_signed(seat, visit)
    first = (
        SignOff.objects.filter(visit__evaluation=evaluation, visit__stage=rule.stage)
        .select_related("document")
        .order_by("signed_at")
        .first()
    )
    return SignView(
        rule=rule,
        question=question,
        content=content,
        digest=digest,
        barred=already(mine, user) if mine else barred,
        lending=seats[0][1] if seats else None,
        mine=mine,
        last=last,
        since_mine=compared(last, content),
        since_first=compared(first, content),
        tallies=look.tallies,
        glance=glance_at(look),
        unjudged=unjudged_words(look),
        proof=proof_of(look),
    )


def already(mine: SignOff, user: User) -> str:
    """That these words carry this person's signature, by whose hand."""
    if mine.person_id == user.pk:
        return "You have signed exactly these words."
    if mine.on_behalf_of_id == user.pk:
        return f"{mine.printed_name} has signed exactly these words for you."
    whom = mine.on_behalf_of.name if mine.on_behalf_of else mine.printed_name
    return f"These words are signed already, by or for {whom}."


def before_signing(look: Look) -> str:
    """What else is missing before people are asked to sign; empty if nothing is."""
    closed = first_closed(look)
    if closed is None or closed[0].signing:
        return ""
    return closed[1].sentence


def past(rule: SignOffRule) -> str:
    """Why a rule of another moment is not signed now."""
    evaluation = rule.evaluation
    if not evaluation.is_open:
        return f"The evaluation is {evaluation.get_status_display().lower()}."
    return (
        f"This sign-off belongs to {rule.get_stage_display().lower()}; the evaluation "
        f"is in {evaluation.get_stage_display().lower()}."
    )


def why_not(rule: SignOffRule, user: User, visit: Visit, *, may: bool) -> str:
    """The sentence why `user` cannot sign; empty if they can."""
    evaluation = rule.evaluation
    if evaluation.owner_id == user.pk:
        return "You run this evaluation, so you cannot sign for a role in it."
    if not may:
        return (
            f"This sign-off is for {rule.get_role_display()}, a role that you do not "
            "hold here."
        )
    try:
        refuse_conflicted(user, visit)
    except (Forbidden, Refused) as problem:
        return problem.sentence
    return ""


def signed_already(
    rule: SignOffRule, seat: User, visit: Visit, digest: str
) -> SignOff | None:
    """The verdict by or for `seat` on these words in this round, if there is one."""
    return (
        SignOff.objects.filter(
            Q(person=seat) | Q(on_behalf_of=seat),
            rule=rule,
            visit=visit,
            round=visit.round,
            document__sha256=digest,
        )
        .select_related("on_behalf_of")
        .first()
    )


def compared(signed: SignOff | None, content: str) -> Compared | None:
    """What changed since; None if nobody signed or nothing changed."""
    if signed is None:
        return None
    lines = diff_lines(changes(signed.document.content, content))
    return Compared(signed, lines) if lines else None
