"""Signing: the words, the changes, who may sign; all sign-offs, and receipts."""

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclasses_field
from ipaddress import ip_address
from typing import Any, NamedTuple, cast

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_safe
from rest_framework.throttling import BaseThrottle

from evaltracker.decision.memo.figures import Sentence, approved_said
from evaltracker.decision.memo.markdown import as_html
from evaltracker.decision.memo.signed_words import (
    QUESTIONS,
    THINGS,
    DiffLine,
    changes,
    diff_lines,
)
from evaltracker.errors import Forbidden, Refused, Stale, why_not
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Category, Evaluation, User, Visit
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.acts import Outcome, place_of, visible_row
from evaltracker.pages.site import site
from evaltracker.pages.workspace import InEvaluation, crumbs_to, evaluation_page, show
from evaltracker.toolbox.days import local_day, today_in
from evaltracker.toolbox.working_days import lately
from evaltracker.workflow.admin.sign_form import (
    SignForm,
    SigningSummary,
    glance_at,
    proof_of,
    words_of,
)
from evaltracker.workflow.gates import GateContext
from evaltracker.workflow.gates.context import first_closed
from evaltracker.workflow.gates.rules import unjudged_words
from evaltracker.workflow.inbox.items import asked_at
from evaltracker.workflow.services.sign_offs import (
    SEALED,
    is_sealed,
    refuse_conflicted,
    sign,
)
from stakeholders.models import (
    WORDS_ALTERED,
    Condition,
    Delegation,
    Role,
    RoleWeight,
    SignedDocument,
    SignOff,
    SignOffRule,
    altered,
    role_names,
    with_names,
)
from stakeholders.policy import has_role, signing_parts
from stakeholders.selectors import (
    RuleTally,
    approved_of,
    last_signed,
    more_signers,
    people_needed,
    signed_already,
    too_few,
    weights_of_role,
)
from stakeholders.services.sign_offs import Origin, check_close_condition, who_signed
from vendors.admin.base import open_answers


def receipt(request: HttpRequest, sign_off_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    related = ("visit__evaluation__owner", "document", "person", "on_behalf_of")
    signed = visible_row(SignOff, related, user, str(sign_off_id))
    evaluation = signed.visit.evaluation
    ended, changed = what_became(signed)
    return show(
        request,
        evaluation,
        "workflow/receipt.html",
        title="Receipt of a sign-off",
        tab="sign_offs",
        crumbs=crumbs_to(evaluation, ("Sign-offs", "sign_offs"), ("Receipt", "")),
        signed=signed,
        conditions=signed.conditions.select_related("owner"),
        is_mine=signed.person_id == user.pk,
        ended=ended,
        altered=ended == WORDS_ALTERED,
        changed=diff_lines(changed),
        shows_origin=user.pk in (signed.person_id, evaluation.owner_id),
    )


def what_became(signed: SignOff) -> tuple[str, str]:
    visit = signed.visit
    if any(altered([signed.document])):
        return WORDS_ALTERED, ""
    if visit.left_at is not None:
        how = visit.get_ended_display().lower()
        return f"That stay is over ({how}); it stays on record.", ""
    if signed.round != visit.round:
        return "A new round was opened since, so it no longer counts.", ""
    content = GateContext(visit.evaluation).document
    changed = changes(signed.document.content, content)
    if changed:
        return "The words have changed since, so it no longer counts.", changed
    return "", ""


def document_page(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    document = visible_row(
        SignedDocument, ("evaluation__owner",), user, str(document_id)
    )
    evaluation = document.evaluation
    return show(
        request,
        evaluation,
        "workflow/document.html",
        title="What was signed",
        tab="sign_offs",
        crumbs=crumbs_to(
            evaluation, ("Sign-offs", "sign_offs"), (document.sha256[:8], "")
        ),
        document=document,
        altered=WORDS_ALTERED if any(altered([document])) else "",
        html=as_html(document.content),
        signed=document.sign_offs.select_related("visit"),
    )


site.register_page("receipts/<uuid:sign_off_id>/", require_safe(receipt), "receipt")
site.register_page(
    "documents/<uuid:document_id>/", require_safe(document_page), "document"
)


class Compared(NamedTuple):
    signed: SignOff
    lines: list[DiffLine]


@dataclass
class SignView:
    """Everything that is shown to who signs. `barred` is the sentence why this person
    cannot; empty if they can. `unjudged` is how much of the trials nobody has judged;
    empty if there is nothing of the sort."""

    rule: SignOffRule
    barred: str
    content: str = ""
    digest: str = ""
    lending: Delegation | None = None
    mine: SignOff | None = None
    last: SignOff | None = None
    since_mine: Compared | None = None
    since_first: Compared | None = None
    tallies: list[RuleTally] = dataclasses_field(default_factory=list)
    glance: SigningSummary | None = None
    unjudged: str = ""
    # That their signature adds a role, not a person.
    twice: str = ""
    proof: list[tuple[str, str]] = dataclasses_field(default_factory=list)
    # “today”, or “on 29 November”; blank if no mail has asked.
    asked: str = ""
    # What the role weighs, until that is sealed, and whether the person may say it.
    weights: list[tuple[Category, RoleWeight | None]] = dataclasses_field(
        default_factory=list
    )
    may_weigh: bool = False
    origin: Origin | None = None
    # What changed while the form lay open, and what came of it.
    difference: list[DiffLine] = dataclasses_field(default_factory=list)
    signed: SignOff | None = None

    @property
    def weightless(self) -> str:
        """The role whose weights are not all there; blank if they are."""
        lacking = any(row is None for _, row in self.weights)
        if lacking:
            return self.rule.get_role_display()
        return ""

    @property
    def question(self) -> str:
        return self.rule.evaluation.say(QUESTIONS[Stage(self.rule.stage)])

    @property
    def heading(self) -> str:
        return self.rule.evaluation.say(f"Approve {THINGS[Stage(self.rule.stage)]}?")

    @property
    def approved(self) -> Sentence:
        return approved_said(approved_of(self.tallies))


def look_at(rule: SignOffRule, user: User) -> SignView:
    evaluation = rule.evaluation
    look = GateContext(evaluation)
    if not evaluation.is_open or rule.stage != evaluation.stage:
        return SignView(rule, past(rule))
    if is_sealed(evaluation):
        return SignView(rule, SEALED)
    content = look.document
    visit = look.visit
    digest = look.digest
    seats = signing_parts(user, evaluation, rule.role)
    seat = seats[0][0].user if seats else user
    counted = next((tally.counted for tally in look.tallies if tally.rule == rule), [])
    signed = (row for row in counted if seat.pk in (row.person_id, row.on_behalf_of_id))
    is_more = (rule, user) in more_signers(look.tallies)
    mine = None if is_more else next(signed, None)
    barred = why_barred(rule, user, visit, may=bool(seats))
    last = last_signed(seat, visit)
    first = (
        SignOff.objects.filter(visit__evaluation=evaluation, visit__stage=rule.stage)
        .select_related("document")
        .order_by("signed_at")
        .first()
    )
    zone = evaluation.zone
    times = asked_at([evaluation], [user])
    asked_on = times.get((evaluation.pk, user.pk, "sign_off"))
    return SignView(
        rule=rule,
        content=content,
        digest=digest,
        barred=f"{who_signed(mine, user)}." if mine else barred,
        lending=seats[0][1] if seats else None,
        mine=mine,
        last=last,
        since_mine=compared(last, content),
        since_first=compared(first, content),
        tallies=look.tallies,
        glance=glance_at(look, user),
        unjudged=str(unjudged_words(look)),
        proof=proof_of(look),
        twice=signed_already(user, look.tallies, rule, seat),
        asked=lately(local_day(asked_on, zone), today_in(zone)) if asked_on else "",
        weights=[] if mine or barred else weights_of_role(evaluation, rule.role),
        may_weigh=has_role(user, evaluation, Role(rule.role)),
    )


def before_signing(look: GateContext) -> str:
    closed = first_closed(look)
    if closed is None or closed[0].signing:
        return ""
    return closed[1].sentence


def past(rule: SignOffRule) -> str:
    evaluation = rule.evaluation
    if not evaluation.is_open:
        return f"The evaluation is {evaluation.get_status_display().lower()}."
    return (
        f"This sign-off belongs to {evaluation.say(rule.get_stage_display().lower())}; "
        f"the evaluation is in {evaluation.get_stage_display().lower()}."
    )


def why_barred(rule: SignOffRule, user: User, visit: Visit, *, may: bool) -> str:
    evaluation = rule.evaluation
    if evaluation.owner_id == user.pk:
        return "You run this evaluation, so you cannot sign for a role in it."
    if not may:
        return (
            f"This sign-off is for {rule.get_role_display()}, a role that you do not "
            "hold here."
        )
    problem = why_not(refuse_conflicted, user, visit)
    return problem.sentence if problem else ""


def compared(signed: SignOff | None, content: str) -> Compared | None:
    if signed is None:
        return None
    lines = diff_lines(changes(signed.document.content, content))
    if lines:
        return Compared(signed, lines)
    return None


class RoleStageCell(NamedTuple):
    """What one role says to one stage, at its last visit: who signed and how it stands,
    and in the stage of now whether the reader signs and who else is awaited."""

    stage: Stage
    tally: RuleTally | None
    current: bool = False
    may_sign: bool = False
    people: Collection[User] = ()

    @property
    def badge(self) -> tuple[str, str] | None:
        """Where it says more than the faces do."""
        tally = self.tally
        if tally is None or (tally.can_pass and tally.rule.required == 1):
            return None
        return badge_of(tally)


@evaluation_page("sign_offs", "Sign-offs", order=90, group="People")
def sign_offs(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    user: Any = request.user
    look = GateContext(evaluation)
    if evaluation.is_open:
        tallies = look.tallies
    else:
        tallies = []
    rows = SignOff.objects.filter(visit__evaluation=evaluation).order_by("-signed_at")
    history = list(rows.select_related("visit", "document", "on_behalf_of"))
    conditions = (
        Condition.objects.filter(sign_off__visit__evaluation=evaluation)
        .select_related("owner", "closed_by", "sign_off__visit__evaluation")
        .order_by("closed_at", "due_on")
    )
    approved = approved_of(tallies)
    alone = evaluation.different_people.get(evaluation.stage) == 1
    return show(
        request,
        evaluation,
        "workflow/sign_offs.html",
        grid=sign_off_grid(user, look, tallies, history),
        history=[(row, why_not_counted(row, look, history)) for row in history],
        approved=approved_said(approved) if tallies else "",
        needed=people_needed(approved.needed) if alone or approved.needed > 1 else "",
        question=evaluation.say(QUESTIONS[Stage(evaluation.stage)]),
        words_of=tallies[0].rule if tallies else None,
        early=before_signing(look) if evaluation.is_open else "",
        short=too_few(tallies) if approved.is_short else "",
        conditions=[
            (condition, why_not(check_close_condition, condition, user) is None)
            for condition in conditions
        ],
        visit=look.visit,
        is_owner=is_owner(user, evaluation),
    )


def sign_off_grid(
    user: User,
    look: GateContext,
    tallies: Sequence[RuleTally],
    history: Sequence[SignOff],
) -> list[tuple[str, list[RoleStageCell]]]:
    """Roles down, stages across."""
    evaluation = look.evaluation
    last = {visit.stage: visit for visit in look.visits}
    given: dict[object, dict[object, SignOff]] = defaultdict(dict)
    for row in reversed(history):
        if (row.visit, row.round) == (
            last[row.visit.stage],
            last[row.visit.stage].round,
        ):
            given[row.rule_id][row.on_behalf_of_id or row.person_id] = row
    now = {tally.rule.pk: tally for tally in tallies}
    rules = list(with_names(SignOffRule.objects.filter(evaluation=evaluation)))
    stood = {
        (rule.role, rule.stage): now.get(rule.pk)
        or RuleTally(rule, [], counted=[*given[rule.pk].values()])
        for rule in rules
    }
    stages = {rule.stage for rule in rules} | {evaluation.stage}
    called = {rule.role: rule.get_role_display() for rule in rules}
    more = more_signers(tallies)

    def cell(role: str, stage: Stage) -> RoleStageCell:
        tally = stood.get((role, stage))
        if tally is None or tally.rule.pk not in now:
            return RoleStageCell(stage, tally)
        able = [person for rule, person in more if rule == tally.rule]
        seats = signing_parts(user, evaluation, role)
        holders = {user.pk, *(part.user_id for part, _ in seats[:1])}
        signed = {
            key for row in tally.counted for key in (row.person_id, row.on_behalf_of_id)
        }
        may = bool(seats) and not holders & signed and user.pk not in look.barred
        return RoleStageCell(
            stage, tally, True, may or user in able, able or awaited_of(tally, look)
        )

    return [
        (name, [cell(role, stage) for stage in Stage if stage in stages])
        for role, name in role_names(evaluation).items()
        if role in called
    ]


def why_not_counted(row: SignOff, look: GateContext, history: Sequence[SignOff]) -> str:
    """Why a signature does not count, unless its stage is over."""
    same = (row.rule_id, row.visit_id, row.round, row.document_id, row.on_behalf_of_id)
    for other in history:
        place = (
            other.rule_id,
            other.visit_id,
            other.round,
            other.document_id,
            other.person_id,
        )
        if other.on_behalf_of_id is None and place == same:
            return f"replaced by {row.on_behalf_of}"
    if not look.evaluation.is_open or row.visit.stage != look.visit.stage:
        return ""
    if (row.visit, row.round) != (look.visit, look.visit.round):
        return "no longer counts"
    changed = look.has_rules and row.document.sha256 != look.digest
    if changed:
        return "words changed since"
    return ""


def awaited_of(tally: RuleTally, look: GateContext) -> list[User]:
    """Who holds the role and has not signed, while their word can still matter."""
    if tally.passed or not tally.can_pass:
        return []
    return [part.user for part in tally.awaited if part.user_id not in look.barred]


def badge_of(tally: RuleTally) -> tuple[str, str]:
    if tally.is_conditional:
        return "conditional approval", "warn"
    if tally.passed:
        return "approved", "good"
    if tally.against:
        return "against", "bad"
    if tally.can_pass:
        return ("open", "warn")
    return ("cannot pass", "bad")


# How long a page may lie open and still be told what changed meanwhile.
SHOWN_SECONDS = 24 * 60 * 60


class Sign(InEvaluation[SignView]):
    """The words, what is open, what changed, and the form; it signs what was shown."""

    title = "Sign"
    verb = "Sign"
    tab = "sign_offs"
    form_class = SignForm
    template = "workflow/sign.html"
    # What was ticked was said of the words as they were.
    version_fields = ("shown", "accepts_unjudged")
    model = SignOffRule
    related = ("evaluation__owner",)

    def load(self, user: User, target_id: str) -> SignView:
        rule = visible_row(SignOffRule, self.related, user, target_id)
        return look_at(rule, user)

    def evaluation(self, target: SignView) -> Evaluation:
        return target.rule.evaluation

    def allowed(self, user: User, target: SignView) -> bool:
        """Everybody who sees it reads it; the form is there for who may sign."""
        return True

    def ask_before(self, request: HttpRequest, target: SignView) -> None:
        # Requirements are ours; the rest is about candidates.
        if target.rule.stage != Stage.REQUIREMENTS:
            open_answers(request, target.rule.evaluation)
        if request.method == "POST":
            target.origin = origin_of(request)

    def heading(self, target: SignView) -> str:
        return target.heading

    def initial(self, target: SignView, user: User) -> dict[str, Any]:
        return {"shown": target.digest, "accepts_unjudged": False}

    def form_kwargs(self, target: SignView, user: User) -> dict[str, Any]:
        return {"view": target}

    def context(self, target: SignView, user: User) -> dict[str, Any]:
        if target.digest:  # a form that is stale by then is told the change
            key = cache_key(target, target.digest)
            cache.set(key, target.content, SHOWN_SECONDS)
        return {
            **super().context(target, user),
            "view": target,
            "words": words_of(target.content),
            "badges": [(tally, *badge_of(tally)) for tally in target.tallies],
        }

    def cancel_url(self, target: SignView) -> str:
        return place_of("admin:index")

    def run(self, target: SignView, data: Mapping[str, Any], by: User) -> Any:
        try:
            target.signed = sign(rule=target.rule, by=by, origin=target.origin, **data)
        except (Forbidden, Refused, Stale) as problem:
            vars(target).update(vars(look_at(target.rule, by)))
            if isinstance(problem, Stale):
                seen = cache.get(cache_key(target, data["shown"]))
                lines = problem.difference or (
                    changes(seen, target.content) if seen else ""
                )
                target.difference = diff_lines(lines)
            return problem
        return None

    def success_message(self, target: SignView, outcome: Outcome) -> str:
        signed: Any = target.signed
        return format_html(
            'Signed as {}, {}. <a href="{}">Receipt</a>',
            signed.get_role_display(),
            f"{timezone.localtime(signed.signed_at):%H:%M}",
            place_of("admin:receipt", signed.pk),
        )


def origin_of(request: HttpRequest) -> Origin:
    """Which login this is, without its key, and from where."""
    key = request.session.session_key or ""
    try:
        # Counts our own proxies, so that nobody names an address of their choice.
        address = str(ip_address(BaseThrottle().get_ident(cast("Any", request))))
    except ValueError:
        address = None
    return Origin(hashlib.sha256(key.encode()).hexdigest()[:16], address)


def cache_key(view: SignView, digest: str) -> str:
    safe = "".join(char for char in digest[:64] if char in "0123456789abcdef")
    return f"shown:{view.rule.evaluation.pk}:{safe}"
