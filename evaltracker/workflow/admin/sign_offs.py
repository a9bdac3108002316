"""What one person sees of one sign-off rule: the words, the changes, may they sign."""

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclasses_field
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any, NamedTuple, cast

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
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
from evaltracker.errors import Forbidden, Invalid, NotFound, Refused, Stale, why_not
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, User, Visit
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.site import site
from evaltracker.pages.workspace import crumbs_to, evaluation_page, show
from evaltracker.workflow.admin.sign_form import (
    Glance,
    SignForm,
    after_signing,
    glance_at,
    proof_of,
    words_of,
)
from evaltracker.workflow.gates import Look
from evaltracker.workflow.gates.rules import unjudged_words
from evaltracker.workflow.gates.table import first_closed
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
    SignedDocument,
    SignOff,
    SignOffRule,
    altered,
    role_names,
    with_names,
)
from stakeholders.policy import signing_parts
from stakeholders.selectors import (
    RuleTally,
    approved_of,
    last_signed,
    more_signers,
    people_needed,
    signed_already,
    too_few,
)
from stakeholders.services.sign_offs import Origin, check_close_condition
from vendors.admin.base import open_answers


def visible(model: Any, user: User, key: uuid.UUID, *related: str) -> Any:
    """A row that `user` may see.

    Raises:
        NotFound: it is not there, or not there for them.
    """
    row = model.objects.visible_to(user).select_related(*related).filter(pk=key).first()
    if row is None:
        raise NotFound
    return row


def receipt(request: HttpRequest, sign_off_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    signed = visible(
        SignOff,
        user,
        sign_off_id,
        "visit__evaluation__owner",
        "document",
        "person",
        "on_behalf_of",
    )
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
        after=after_signing(signed),
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
    content = Look(visit.evaluation).document
    changed = changes(signed.document.content, content)
    if changed:
        return "The words have changed since, so it no longer counts.", changed
    return "", ""


def document_page(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    document = visible(SignedDocument, user, document_id, "evaluation__owner")
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


@dataclass(frozen=True, slots=True)
class SignView:
    """Everything that the sign page shows besides the form. `barred` is the sentence
    why this person cannot sign; empty if they can. `unjudged` is how much of the trials
    nobody has judged; empty if there is nothing of the sort."""

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
    glance: Glance | None = None
    unjudged: str = ""
    # That their signature adds a role, not a person.
    twice: str = ""
    proof: list[tuple[str, str]] = dataclasses_field(default_factory=list)

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
    look = Look(evaluation)
    if not evaluation.is_open or rule.stage != evaluation.stage:
        return SignView(rule, past(rule))
    if is_sealed(evaluation):
        return SignView(rule, SEALED)
    content, visit, digest = look.document, look.visit, look.digest
    seats = signing_parts(user, evaluation, rule.role)
    seat = seats[0][0].user if seats else user
    counted = next((one.counted for one in look.tallies if one.rule == rule), [])
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
    return SignView(
        rule=rule,
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
        unjudged=str(unjudged_words(look)),
        proof=proof_of(look),
        twice=signed_already(user, look.tallies, rule, seat),
    )


def already(mine: SignOff, user: User) -> str:
    if mine.person_id == user.pk:
        return "You have signed exactly these words."
    if mine.on_behalf_of_id == user.pk:
        return f"{mine.printed_name} has signed exactly these words for you."
    whom = mine.on_behalf_of.name if mine.on_behalf_of else mine.printed_name
    return f"These words are signed already, by or for {whom}."


def before_signing(look: Look) -> str:
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
    return Compared(signed, lines) if lines else None


class Cell(NamedTuple):
    """What one role says to one stage, at its last visit: who signed and how it stands,
    and in the stage of now whether the reader signs and who else is awaited."""

    stage: Stage
    tally: RuleTally | None
    current: bool = False
    may_sign: bool = False
    people: Collection[User] = ()

    @property
    def given(self) -> list[SignOff]:
        return [*self.tally.counted, *self.tally.outdated] if self.tally else []

    @property
    def badge(self) -> tuple[str, str]:
        return badge_of(self.tally) if self.tally else ("", "")


@evaluation_page("sign_offs", "Sign-offs", order=90, group="People")
def sign_offs(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    user: Any = request.user
    look = Look(evaluation)
    tallies = look.tallies if evaluation.is_open else []
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
        title="Sign-offs",
        tab="sign_offs",
        grid=sign_off_grid(user, look, tallies, history),
        history=[(row, beside(row, look, history)) for row in history],
        approved=approved_said(approved) if tallies else "",
        needed=people_needed(approved.needed) if alone or approved.needed > 1 else "",
        question=evaluation.say(QUESTIONS[Stage(evaluation.stage)]),
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
    user: User, look: Look, tallies: Sequence[RuleTally], history: Sequence[SignOff]
) -> list[tuple[str, list[Cell]]]:
    """Roles down, stages across."""
    evaluation, last = look.evaluation, {visit.stage: visit for visit in look.visits}
    given: dict[object, dict[object, SignOff]] = defaultdict(dict)
    for row in reversed(history):
        if (row.visit, row.round) == (
            last[row.visit.stage],
            last[row.visit.stage].round,
        ):
            given[row.rule_id][row.on_behalf_of_id or row.person_id] = row
    now = {one.rule.pk: one for one in tallies}
    rules = list(with_names(SignOffRule.objects.filter(evaluation=evaluation)))
    stood = {
        (rule.role, rule.stage): now.get(rule.pk)
        or RuleTally(rule, [], counted=[*given[rule.pk].values()])
        for rule in rules
    }
    stages = {rule.stage for rule in rules} | {evaluation.stage}
    called = {rule.role: rule.get_role_display() for rule in rules}
    more = more_signers(tallies)

    def cell(role: str, stage: Stage) -> Cell:
        one = stood.get((role, stage))
        if one is None or one.rule.pk not in now:
            return Cell(stage, one)
        able = [person for rule, person in more if rule == one.rule]
        seats = signing_parts(user, evaluation, role)
        holders = {user.pk, *(part.user_id for part, _ in seats[:1])}
        signed = {
            key for row in one.counted for key in (row.person_id, row.on_behalf_of_id)
        }
        may = bool(seats) and not holders & signed and user.pk not in look.barred
        return Cell(
            stage, one, True, may or user in able, able or awaited_of(one, look)
        )

    return [
        (name, [cell(role, stage) for stage in Stage if stage in stages])
        for role, name in role_names(evaluation).items()
        if role in called
    ]


def beside(row: SignOff, look: Look, history: Sequence[SignOff]) -> str:
    """Why a signature does not count, unless its stage is over."""
    same = (row.rule_id, row.visit_id, row.round, row.document_id, row.on_behalf_of_id)
    for one in history:
        place = (one.rule_id, one.visit_id, one.round, one.document_id, one.person_id)
        if one.on_behalf_of_id is None and place == same:
            return f"replaced by {row.on_behalf_of}"
    if not look.evaluation.is_open or row.visit.stage != look.visit.stage:
        return ""
    if (row.visit, row.round) != (look.visit, look.visit.round):
        return "no longer counts"
    changed = look.has_rules and row.document.sha256 != look.digest
    return "words changed since" if changed else ""


def awaited_of(tally: RuleTally, look: Look) -> list[User]:
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
    return ("open", "warn") if tally.can_pass else ("cannot pass", "bad")


# How long a page may lie open and still be told what changed meanwhile.
SHOWN_SECONDS = 24 * 60 * 60


def sign_page(request: HttpRequest, rule_id: uuid.UUID) -> HttpResponse:
    """The words, what changed, and the form; POST signs exactly what was shown."""
    user: Any = request.user
    rule = visible(SignOffRule, user, rule_id, "evaluation__owner")
    if rule.stage != Stage.REQUIREMENTS:  # which are ours; the rest is about candidates
        open_answers(request, rule.evaluation)
    view = look_at(rule, user)
    if request.method in {"GET", "HEAD"}:
        remember(view)
        form = form_of(view, initial={"shown": view.digest})
        return page(request, view, form)
    if request.method != "POST":
        return HttpResponse(status=HTTPStatus.METHOD_NOT_ALLOWED)
    form = form_of(view, request.POST)
    if not form.is_valid() and not view.barred:
        return page(request, view, form, status=400)
    return perform(request, rule, form, user)


def perform(
    request: HttpRequest, rule: SignOffRule, form: SignForm, user: User
) -> HttpResponse:
    """Sign, or show why not with everything that was typed. What is refused is answered
    here and not raised, or the journal's entry about it would be taken back with the
    rest."""
    try:
        signed = sign(
            rule=rule,
            verdict=form.cleaned_data.get("verdict", ""),
            shown=form.cleaned_data.get("shown", ""),
            reason=form.cleaned_data.get("reason", ""),
            conditions=form.conditions() if form.is_valid() else [],
            accepts_unjudged=form.cleaned_data.get("accepts_unjudged", False),
            origin=origin_of(request),
            by=user,
        )
    except Invalid as problem:
        for field, sentences in problem.errors.items():
            for sentence in sentences:
                form.add_error(field if field in form.fields else None, sentence)
        return page(request, look_at(rule, user), form, status=problem.status)
    except Stale as problem:
        return stale(request, rule, user, problem)
    except (Forbidden, Refused) as problem:
        view = look_at(rule, user)
        return page(request, view, form, status=problem.status, refusal=problem)
    return HttpResponseRedirect(reverse("admin:receipt", args=[signed.pk]))


def origin_of(request: HttpRequest) -> Origin:
    """Which login this is, without its key, and from where."""
    key = request.session.session_key or ""
    try:
        # Counts our own proxies, so that nobody names an address of their choice.
        address = str(ip_address(BaseThrottle().get_ident(cast("Any", request))))
    except ValueError:
        address = None
    return Origin(hashlib.sha256(key.encode()).hexdigest()[:16], address)


def stale(
    request: HttpRequest, rule: SignOffRule, user: User, problem: Stale
) -> HttpResponse:
    """409: what changed, the words of now, and a form without a verdict."""
    view = look_at(rule, user)
    remember(view)
    seen = cache.get(cache_key(rule.evaluation, request.POST.get("shown", "")))
    difference = problem.difference or (changes(seen, view.content) if seen else "")
    posted = request.POST.copy()
    posted["shown"] = view.digest
    for name in ("verdict", "accepts_unjudged"):  # said of the words as they were
        posted.pop(name, None)
    form = form_of(view, initial=posted.dict())
    return page(
        request,
        view,
        form,
        status=problem.status,
        problem=problem,
        difference=diff_lines(difference),
    )


def form_of(view: SignView, *args: Any, **kwargs: Any) -> SignForm:
    evaluation = view.rule.evaluation
    return SignForm(*args, evaluation=evaluation, unjudged=view.unjudged, **kwargs)


def remember(view: SignView) -> None:
    """Keep the words that are shown, so that a stale form can be told the change."""
    if view.digest:
        key = cache_key(view.rule.evaluation, view.digest)
        cache.set(key, view.content, SHOWN_SECONDS)


def cache_key(evaluation: Evaluation, digest: str) -> str:
    safe = "".join(char for char in digest[:64] if char in "0123456789abcdef")
    return f"shown:{evaluation.pk}:{safe}"


def page(
    request: HttpRequest,
    view: SignView,
    form: SignForm,
    *,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    rule = view.rule
    form.land_at_fault()
    return show(
        request,
        rule.evaluation,
        "workflow/sign.html",
        title=view.heading,
        tab="sign_offs",
        crumbs=crumbs_to(
            rule.evaluation, ("Sign-offs", "sign_offs"), (view.heading, "")
        ),
        status=status,
        view=view,
        words=words_of(view.content),
        badges=[(tally, *badge_of(tally)) for tally in view.tallies],
        form=form,
        **context,
    )


site.register_page("sign/<uuid:rule_id>/", sign_page, "sign")
