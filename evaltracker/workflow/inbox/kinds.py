"""Sign-offs that are awaited from a person, their own and lent ones."""

import dataclasses
import datetime
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from django.db.models import Count, F, QuerySet
from django.urls import reverse
from django.utils import timezone

from evaltracker.decision import links
from evaltracker.decision.memo.figures import Sentence, approved_said, of_100
from evaltracker.decision.models import Letter
from evaltracker.decision.selectors.contract_terms import due_terms
from evaltracker.decision.selectors.next_tests import NextTest, next_tests
from evaltracker.decision.selectors.promises import due_checks
from evaltracker.evaluations.choices import NOTICE_UNCLEAR, Stage, Status
from evaltracker.evaluations.models import (
    Evaluation,
    Mention,
    Notice,
    User,
    name_columns,
)
from evaltracker.importing.services.drafts import waiting_for, what_waits
from evaltracker.pages.acts import address_of
from evaltracker.talk.rules import discuss_address
from evaltracker.toolbox.days import today_in
from evaltracker.toolbox.text import listed, listed_few, shortened
from evaltracker.workflow.inbox.items import COUNTED, InboxContext, StageState, WorkItem
from evaltracker.workflow.models import WaiverRequest
from evaltracker.workflow.notices import address_of_request
from stakeholders.models import (
    Delegation,
    Role,
    SignOff,
    SignOffRule,
    Stakeholder,
    role_names,
    with_names,
)
from stakeholders.selectors import (
    RuleTally,
    approved_of,
    more_signers,
    without_replaced,
)
from trials.models import Agreement, Consensus, Demo, ScoreSheet, Trial
from trials.notices import asked_to_attend
from trials.policy import FROM_DEMOS, SCORING_STAGES, TRIAL_STAGES
from trials.selectors.pending_verdicts import RunsOwed, runs_owed
from trials.selectors.scores import far_apart_in, unlocked_scorers
from trials.selectors.trials import unjudged_criteria
from vendors.choices import CandidateState, ProposalState
from vendors.models import Conflict, ContactRequest, PriceOpening, Proposal, Question
from vendors.selectors.costs import OPENING_ROLES, interested, opening_names
from vendors.selectors.dialogue import unseen_claims

SAID = 3


def led_trials(desk: InboxContext) -> Iterator[WorkItem]:
    led = Trial.objects.filter(
        lead=desk.user,
        closed_at__isnull=True,
        agreed_at__isnull=False,
        candidate__evaluation__in=[
            key
            for key, evaluation in desk.evaluations.items()
            if evaluation.stage == Stage.TRIALS and not desk.keeps_out(key)
        ],
    ).exclude(candidate__state=CandidateState.ELIMINATED)
    running = led.select_related("candidate").only(
        "agreed_at", "ends_on", "candidate__name", "candidate__evaluation"
    )
    if not running:
        return
    left: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    open_criteria = unjudged_criteria().filter(trial__in=running)
    for of, criterion in open_criteria.values_list("trial", "pk"):
        left[of].append(criterion)
    waiting: dict[uuid.UUID, list[RunsOwed]] = defaultdict(list)
    for owed in runs_owed(list(running)):
        waiting[owed.criterion.trial_id].append(owed)
    evaluation_keys = {trial.candidate.evaluation_id for trial in running}
    tests: dict[uuid.UUID, list[NextTest]] = defaultdict(list)
    evaluations = [desk.evaluations[key] for key in evaluation_keys]
    for next_group in next_tests(evaluations).values():
        for test in next_group.tests:
            tests[test.candidate.pk].append(test)
    for trial in running:
        number = len(left[trial.pk])
        next_up = tests[trial.candidate_id]
        evaluation = desk.evaluations[trial.candidate.evaluation_id]
        to_go = f"{number} criteri{'on' if number == 1 else 'a'} to go"
        what = f"Judge the trial of {{}}: {to_go}"
        yield desk.item(
            "trial" if number else "trial_done",
            evaluation,
            evaluation.say(
                what if number else "Close the trial of {}", trial.candidate
            ),
            f"You lead it.{waits_for(waiting[trial.pk])}{first_of(next_up)}",
            links.trial(trial, f"criterion-{left[trial.pk][0]}" if number else ""),
            trial.ends_on,
            count=number,
        )


def first_of(tests: Sequence[NextTest]) -> str:
    chances = listed(
        [
            f"{test.requirement.ref} in {of_100(Fraction(test.chance))} of 100 cases"
            for test in tests
        ]
    )
    if tests:
        return f" Left untested, they would change who is first: {chances}."
    return ""


def waits_for(owed: Sequence[RunsOwed]) -> str:
    lines = [f"{run.criterion.requirement.ref}: {run.words}" for run in owed[:SAID]]
    if len(owed) > SAID:
        more = [f"{len(owed) - SAID} more"]
    else:
        more = []
    if lines:
        return f" {'; '.join([*lines, *more])}."
    return ""


def scores(desk: InboxContext) -> Iterator[WorkItem]:
    parts = [
        part
        for part in desk.parts
        if part.scores and desk.evaluations[part.evaluation_id].stage in SCORING_STAGES
    ]
    if not parts:
        return
    sheets = ScoreSheet.objects.filter(stakeholder__in=parts).annotate(
        given=Count("scores")
    )
    begun = {sheet.stakeholder_id: sheet for sheet in sheets}
    for part in parts:
        evaluation = desk.evaluations[part.evaluation_id]
        sheet = begun.get(part.pk)
        is_locked = sheet is not None and sheet.locked_at is not None
        if is_locked or evaluation.pk in desk.barred:
            continue
        if sheet is not None:
            scored = sheet.given
        else:
            scored = 0
        yield desk.item(
            "scores",
            evaluation,
            "Score the candidates"
            if not scored
            else f"Finish and lock your scores ({scored} given)",
            f"You score as {part.get_role_display()}. Scores are blind until locked.",
            links.page(evaluation, "scores"),
        )


def far_apart_scores(desk: InboxContext) -> Iterator[WorkItem]:
    """What the person and other scorers see very differently, once all have locked,
    until it is settled. The owner is told by the gate that it keeps closed."""
    keys = {
        part.evaluation_id
        for part in desk.parts
        if part.scores
        and desk.evaluations[part.evaluation_id].stage in FROM_DEMOS
        and not desk.keeps_out(part.evaluation_id)
    }
    if not keys:
        return
    unlocked = unlocked_scorers([desk.evaluations[key] for key in keys])
    keys -= set(unlocked.values_list("evaluation", flat=True))
    by_evaluation = far_apart_in([desk.evaluations[key] for key in sorted(keys)])
    meetings = Consensus.objects.filter(evaluation__in=keys)
    opened = set(meetings.values_list("evaluation", flat=True))
    for key, cells in by_evaluation.items():
        if not cells:
            continue
        evaluation = desk.evaluations[key]
        if key in opened:
            opens = ""
        else:
            opens = " opens the consensus and"
        yield desk.item(
            "far_apart",
            evaluation,
            f"Talk about what is far apart: {listed_few(cells)}",
            f"All scores are locked. {evaluation.owner.name}{opens} settles each with "
            "all of you.",
            links.page(evaluation, "scores", "dots"),
        )


def counted(desk: InboxContext) -> Iterator[WorkItem]:
    """What vendors sent to evaluations that the person runs, and mails that failed."""
    candidates = {"candidate__evaluation__in": desk.owned, "state": ProposalState.OPEN}
    read = [owned for owned in desk.owned if owned.pk not in desk.barred]
    numbers: dict[str, QuerySet[Any]] = {
        "questions": Question.objects.filter(
            evaluation__in=desk.owned, answered_at=None
        ),
        "notices": Notice.objects.filter(
            evaluation__in=desk.owned, state__in=NOTICE_UNCLEAR
        ),
        "proposals": Proposal.objects.filter(**candidates),
        "colleagues": ContactRequest.objects.filter(**candidates),
        "sent": unseen_claims(desk.user, read),
    }
    for kind, waiting in numbers.items():
        rows = waiting.order_by().values_list(waiting.model.evaluation_path)
        what, why, page = COUNTED[kind]
        for key, number in rows.annotate(Count("pk")):
            evaluation = desk.evaluations[key]
            title = what.format(number, "s" if number > 1 else "")
            yield desk.item(kind, evaluation, title, why, links.page(evaluation, *page))


def sign_offs(desk: InboxContext) -> Iterator[WorkItem]:
    awaited = seats(desk)
    if not awaited:
        return
    keys = {key for key, _ in awaited}
    rules = with_names(
        SignOffRule.objects.filter(evaluation__in=keys, stage=F("evaluation__stage"))
    )
    signatures = RecordedSignOffs(desk)
    rules_of = defaultdict(list)
    for rule in rules:
        rule.evaluation = desk.evaluations[rule.evaluation_id]
        rules_of[rule.evaluation_id].append(rule)
    for rule in rules:
        seat = awaited.get((rule.evaluation_id, rule.role))
        evaluation = rule.evaluation
        if seat is None:
            continue
        if evaluation.pk in desk.barred and evaluation.stage != Stage.REQUIREMENTS:
            continue
        holder, lending = seat
        stand = desk.stands.of(evaluation)
        mine = signatures.tally(rule, stand.digest, Stakeholder(user=holder))
        tallies = [
            mine if other is rule else signatures.tally(other, stand.digest)
            for other in rules_of[evaluation.pk]
        ]
        is_more = lending is None and (rule, holder) in more_signers(tallies)
        if is_settled(mine, holder) and not is_more:
            continue
        what = wording(rule, signed_before=signatures.of(rule, holder))
        if stand.is_signed_now and (evaluation.pk, rule.role) in desk.weightless:
            desk.signing.add((evaluation.pk, rule.role))
            what = f"Set your weights, then {what[0].lower()}{what[1:]}"
        yield desk.item(
            "sign_off",
            evaluation,
            what,
            reason(lending, stand, approved_said(approved_of(tallies))),
            links.sign(rule),
            waits=not stand.is_signed_now,
        )


def wording(rule: SignOffRule, *, signed_before: bool) -> str:
    if signed_before:
        again = "again, the words have changed since: "
    else:
        again = ""
    stage = rule.evaluation.get_stage_display().lower()
    return f"Sign {again}{stage} as {rule.get_role_display()}"


def reason(lending: Delegation | None, stand: StageState, approved: Sentence) -> str:
    ground = "You hold the role"
    if lending is not None:
        lender = lending.stakeholder.user.name
        ground = f"You are the substitute for {lender} until {lending.ends_on:%-d %B}"
    if stand.is_signed_now:
        return f"{ground}; {approved}."
    return f"{ground}; {approved}. Not your turn yet, so the words may still change."


def seats(
    desk: InboxContext,
) -> dict[tuple[uuid.UUID, str], tuple[User, Delegation | None]]:
    by_role: dict[tuple[uuid.UUID, str], tuple[User, Delegation | None]] = {}
    for part in desk.parts:
        by_role[part.evaluation_id, part.role] = (desk.user, None)
    for lending in desk.lent:
        part = lending.stakeholder
        by_role.setdefault((part.evaluation_id, part.role), (part.user, lending))
    return {
        key: seat
        for key, seat in by_role.items()
        # The owner of an evaluation signs for nobody in it.
        if desk.evaluations[key[0]].owner_id != desk.user.pk
    }


class RecordedSignOffs:
    def __init__(self, desk: InboxContext) -> None:
        current = [visits[-1].pk for visits in desk.visits.values()]
        self.rows: dict[uuid.UUID, list[SignOff]] = defaultdict(list)
        rows = SignOff.objects.filter(visit__in=current, round=F("visit__round"))
        signatures = rows.select_related("document", "on_behalf_of")
        for row in signatures.defer("document__content").order_by("signed_at"):
            self.rows[row.rule_id].append(row)

    def of(self, rule: SignOffRule, holder: User) -> bool:
        return any(
            holder.pk in (row.person_id, row.on_behalf_of_id)
            for row in self.rows[rule.pk]
        )

    def tally(self, rule: SignOffRule, digest: str, *holders: Stakeholder) -> RuleTally:
        rows = [row for row in self.rows[rule.pk] if row.document.sha256 == digest]
        return RuleTally(rule, [*holders], counted=without_replaced(rows))


def is_settled(tally: RuleTally, holder: User) -> bool:
    """Whether nothing is awaited from `holder`: they signed these words, enough others
    did, or somebody is against them."""
    return bool(tally.passed or tally.against) or any(
        holder.pk in (row.person_id, row.on_behalf_of_id) for row in tally.counted
    )


def contracts(desk: InboxContext) -> Iterator[WorkItem]:
    roles: dict[object, set[str]] = {}
    for part in desk.parts:
        key = part.evaluation_id
        if desk.evaluations[key].stage in TRIAL_STAGES and key not in desk.barred:
            roles.setdefault(part.evaluation_id, set()).add(part.role)
    if not roles:
        return
    waiting = Trial.objects.filter(
        candidate__evaluation__in=list(roles),
        proposed_at__isnull=False,
        closed_at__isnull=True,
    )
    agreed: dict[object, set[str]] = {}
    for pk, role in Agreement.objects.filter(
        trial__in=waiting, version=F("trial__version")
    ).values_list("trial", "stakeholder__role"):
        agreed.setdefault(pk, set()).add(role)
    mine: dict[Any, list[Trial]] = {}
    for trial in waiting.select_related("candidate").order_by("starts_on", "pk"):
        key = trial.candidate.evaluation_id
        if roles[key] - agreed.get(trial.pk, set()):
            mine.setdefault(key, []).append(trial)
    for key, trials in mine.items():
        yield _item(desk, desk.evaluations[key], trials)


def _item(desk: InboxContext, evaluation: Evaluation, trials: list[Trial]) -> WorkItem:
    first = trials[0]
    again = any(trial.agreed_at is not None for trial in trials)
    if len(trials) > 1:
        what = evaluation.say("Agree to the terms of {} trials", len(trials))
        address = address_of("agree-contracts", evaluation)
    else:
        what = f"Agree to the terms of {first.title}" + (" again" if again else "")
        address = address_of("agree-contract", first)
    if again:
        why = "It was changed; your role has not agreed to the new version."
    else:
        why = "Every role agrees before day one; yours has not."
    return desk.item("contract", evaluation, what, why, address, first.starts_on)


# What a line says of a request; of all that is beside it, a tenth.
READ = (
    "gate",
    "rule",
    "tells",
    "reason",
    "answer",
    "answer_reason",
    "answered_at",
    "visit__evaluation",
    "visit__left_at",
    "candidate__name",
    "candidate__state",
    "requirement__ref",
    *name_columns("asked_by"),
    *name_columns("answered_by"),
)
# A refusal is read by then.
FRESH = datetime.timedelta(days=14)


def waivers(desk: InboxContext) -> Iterator[WorkItem]:
    led = {part.evaluation_id for part in desk.parts if part.role == Role.LEADERSHIP}
    owned = {evaluation.pk for evaluation in desk.owned}
    if not led | owned:
        return
    rows = WaiverRequest.objects.filter(
        visit__evaluation__in=led | owned, visit__left_at__isnull=True
    ).select_related("visit", "candidate", "requirement", "asked_by", "answered_by")
    rows = rows.only(*READ)
    last = {
        (row.visit_id, row.gate, row.candidate_id, row.requirement_id): row
        for row in rows.order_by("asked_at")
    }
    for row in last.values():
        evaluation = row.visit.evaluation = desk.evaluations[row.visit.evaluation_id]
        if row.tells and desk.keeps_out(evaluation.pk):
            barred = evaluation.pk not in led or evaluation.pk in desk.barred
            if row.is_waiting and not barred:
                yield desk.item(
                    "waiver",
                    evaluation,
                    "Answer a request for a waiver",
                    f"{row.asked_by.name} asks; declare conflicts of interest first.",
                    links.act("answer-waiver-request", row),
                )
        elif row.is_waiting and evaluation.pk in led:
            yield desk.item(
                "waiver",
                evaluation,
                f"Answer a request for a waiver: {shortened(row.thing)}",
                f"{row.asked_by.name} asks: {shortened(row.reason)}",
                links.act("answer-waiver-request", row),
            )
        elif evaluation.pk in owned:
            yield from waiver_request_items(desk, evaluation, row)


def waiver_request_items(
    desk: InboxContext, evaluation: Evaluation, row: WaiverRequest
) -> Iterator[WorkItem]:
    place = address_of_request(row)
    if row.is_waiting:
        yield desk.item(
            "waiver_asked",
            evaluation,
            f"Waiver asked for: {shortened(row.thing)}",
            "It waits for leadership.",
            place,
            waits=True,
        )
    elif was_declined_lately(row):
        if row.answered_by:
            by = row.answered_by.name
        else:
            by = "Leadership"
        yield desk.item(
            "waiver_asked",
            evaluation,
            f"Waiver declined: {shortened(row.thing)}",
            f"{by}: {shortened(row.answer_reason)}",
            place,
        )


def was_declined_lately(row: WaiverRequest) -> bool:
    at = row.answered_at
    return row.is_declined and at is not None and at > timezone.now() - FRESH


# A check is work from two weeks before its day on.
AHEAD = datetime.timedelta(days=14)


# A letter that was not sent for so long is not meant to be.
LETTERS_FRESH = datetime.timedelta(days=30)


def checks(desk: InboxContext) -> Iterator[WorkItem]:
    until = (timezone.now() + AHEAD).date()
    for check in due_checks(desk.user, until):
        evaluation = check.candidate.evaluation
        if desk.only not in (None, evaluation):
            continue
        yield WorkItem(
            evaluation,
            f"Promise check: does it hold after {check.months} months?",
            "You run this evaluation. Check the promises and metrics of this "
            "purchase again. The memo stays as it is.",
            check.due_on,
            links.page(evaluation, "promise_checks", f"check-{check.pk}"),
            "promise_check",
            late=check.due_on < today_in(evaluation.zone),
        )


def letters(desk: InboxContext) -> Iterator[WorkItem]:
    rows = Letter.objects.filter(
        candidate__evaluation__owner=desk.user,
        released_at__isnull=True,
        drafted_at__gte=timezone.now() - LETTERS_FRESH,
    )
    if desk.only is not None:
        rows = rows.filter(candidate__evaluation=desk.only)
    numbers = Counter(rows.values_list("candidate__evaluation", flat=True))
    for key, evaluation in Evaluation.objects.in_bulk(numbers).items():
        number = numbers[key]
        yield WorkItem(
            evaluation,
            f"Send {number} letter{'s' if number > 1 else ''} about the decision",
            "Vendors that answered wait to hear what was decided, and why.",
            None,
            links.page(evaluation, "letters"),
            "letters",
        )


def contract_terms(desk: InboxContext) -> Iterator[WorkItem]:
    for term in due_terms(desk.user):
        evaluation = term.evaluation
        if desk.only not in (None, evaluation):
            continue
        runs = evaluation.owner_id == desk.user.pk
        if runs:
            why = "You run this evaluation."
        else:
            why = "You look after the contract."
        yield WorkItem(
            evaluation,
            "Decide whether to renew the contract",
            f"{why} {'Notice can be given until' if term.notice_day else 'It ends'} "
            "then.",
            term.deadline,
            links.page(evaluation, "promise_checks", "contract"),
            "contract_term",
            late=(term.deadline or today_in(evaluation.zone))
            < today_in(evaluation.zone),
        )


def demos(desk: InboxContext) -> Iterator[WorkItem]:
    takes_part = {part.evaluation_id for part in desk.parts}
    takes_part |= {evaluation.pk for evaluation in desk.owned}
    keys = [key for key in takes_part if not desk.keeps_out(key)]
    if not keys:
        return
    rows = Demo.objects.filter(
        candidate__evaluation__in=keys,
        held_at__isnull=True,
        called_off_at__isnull=True,
        scheduled_for__isnull=False,
    ).exclude(candidate__state=CandidateState.ELIMINATED)
    rows = rows.select_related("candidate").only(
        "scheduled_for", "minutes", "candidate__name", "candidate__evaluation"
    )
    for demo in rows.prefetch_related("guests__stakeholder"):
        evaluation = desk.evaluations[demo.candidate.evaluation_id]
        demo.candidate.evaluation = evaluation
        if demo.has_passed or not asked_to_attend(demo, [desk.user]):
            continue
        item = desk.item(
            "demo",
            evaluation,
            evaluation.say("Demo of {}", demo.candidate),
            "You are asked to attend. Its page has the script.",
            reverse("admin:demo", args=[demo.pk]),
            demo.scheduled_for,
        )
        # While it takes place it is on time.
        yield dataclasses.replace(item, late=False)


def imports(desk: InboxContext) -> Iterator[WorkItem]:
    for draft in waiting_for(by=desk.user, evaluations=desk.evaluations.values()):
        evaluation = desk.evaluations[draft.evaluation_id]
        waiting = what_waits(draft)
        yield desk.item(
            "import",
            evaluation,
            waiting.what,
            waiting.why,
            links.page(evaluation, f"import_{draft.kind}"),
            waiting.until,
            waits=not waiting.is_theirs,
        )


def interests(desk: InboxContext) -> Iterator[WorkItem]:
    for key, candidates in desk.undeclared.items():
        evaluation = desk.evaluations[key]
        names = listed_few([candidate.name for candidate in candidates])
        yield desk.item(
            "interests",
            evaluation,
            "Declare conflicts of interest",
            f"Declare to read answers. Do you have a conflict of interest in {names}?",
            address_of("declare-interests", evaluation),
            candidates=tuple(candidates),
        )


def clearings(desk: InboxContext) -> Iterator[WorkItem]:
    led = {part.evaluation_id for part in desk.parts if part.role == Role.LEADERSHIP}
    led = {key for key in led if not desk.keeps_out(key)}
    if not led:
        return
    rows = Conflict.objects.barring().filter(
        candidate__evaluation__in=led, person=F("candidate__evaluation__owner")
    )
    for conflict in rows.select_related("candidate", "person"):
        evaluation = desk.evaluations[conflict.candidate.evaluation_id]
        called = role_names(evaluation)[Role.LEADERSHIP]
        yield desk.item(
            "clearing",
            evaluation,
            f"Look at the conflict of interest of {conflict.person.name}",
            f"{conflict.person.name} runs this evaluation and declared one in "
            f"{conflict.candidate}; only {called} clears it.",
            address_of("clear-interest", conflict),
        )


def mentions(desk: InboxContext) -> Iterator[WorkItem]:
    if not Mention.objects.waiting().filter(person=desk.user).exists():
        return
    rows = Mention.objects.visible_to(desk.user).waiting().filter(person=desk.user)
    if desk.only is not None:
        rows = rows.in_evaluation(desk.only)
    rows = rows.exclude(comment__evaluation__status=Status.CANCELLED)
    linked = set()
    for row in rows.select_related(
        "comment__author", "comment__evaluation__owner"
    ).order_by("-comment__written_at"):
        comment = row.comment
        link = discuss_address(comment.topic, comment.subject_id, comment.part)
        if link not in linked:
            linked.add(link)
            yield WorkItem(
                comment.evaluation,
                f"{comment.author.name} mentioned you: {comment.about}",
                "It waits until you reply or mark it as read.",
                None,
                link,
                "mention",
            )


def openings(desk: InboxContext) -> Iterator[WorkItem]:
    seats = seats_of(desk)
    rows = PriceOpening.objects.awaited().filter(evaluation__in=list(seats))
    if seats:
        sealed = list(rows.select_related("asked_by"))
    else:
        sealed = []
    if sealed:
        barred = interested([opening.evaluation_id for opening in sealed])
    else:
        barred = {}
    for opening in sealed:
        evaluation = desk.evaluations[opening.evaluation_id]
        never = {evaluation.owner_id, opening.asked_by_id, *barred[evaluation.pk]}
        if desk.user.pk in never or not seats[evaluation.pk] - never:
            continue
        yield desk.item(
            "open_prices",
            evaluation,
            "Open the prices",
            f"{opening.asked_by.name} asked to open them; a second person, from "
            f"{opening_names(evaluation)}, confirms.",
            reverse("admin:act_on", args=["confirm-price-opening", opening.pk]),
        )


def seats_of(desk: InboxContext) -> dict[uuid.UUID, set[int]]:
    by_evaluation: dict[uuid.UUID, set[int]] = {}
    for part in (*desk.parts, *(delegation.stakeholder for delegation in desk.lent)):
        if part.role in OPENING_ROLES:
            by_evaluation.setdefault(part.evaluation_id, set()).add(part.user_id)
    return by_evaluation
