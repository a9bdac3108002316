"""Sign-offs that are awaited from a person, their own and lent ones."""

import datetime
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import Count, F
from django.utils import timezone

from evaltracker.decision import links
from evaltracker.decision.memo.certainty import of_100
from evaltracker.decision.selectors import NextTest, next_tests
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.models.people import name_columns
from evaltracker.pages.acts import address_of
from evaltracker.toolbox.text import listed, listed_few, shortened
from evaltracker.workflow.inbox.items import Desk, Stand, WorkItem
from evaltracker.workflow.models import WaiverRequest
from evaltracker.workflow.notices import address_of_request
from stakeholders.choices import APPROVALS, Role
from stakeholders.models import Delegation, SignOff, SignOffRule
from trials.models import Agreement, Consensus, ScoreSheet, Trial
from trials.policy import FROM_DEMOS, SCORING_STAGES, TRIAL_STAGES
from trials.selectors import far_apart_in, unjudged_criteria, unlocked_scorers
from trials.selectors.owed import RunsOwed, runs_owed
from vendors.choices import CandidateState
from vendors.selectors.access import count_unseen

SAID = 3


def led_trials(desk: Desk) -> Iterator[WorkItem]:
    led = Trial.objects.filter(
        lead=desk.user,
        closed_at__isnull=True,
        candidate__evaluation__in=[
            key for key in desk.evaluations if not desk.keeps_out(key)
        ],
    )
    led = led.exclude(candidate__state=CandidateState.ELIMINATED)
    led = led.select_related("candidate").only(
        *("agreed_at", "ends_on", "candidate__name", "candidate__evaluation")
    )
    trials = {trial.candidate_id: trial for trial in led}
    if not trials:
        return
    decisive = list(_decisive(desk, trials))
    yield from decisive
    said = {item.link for item in decisive}
    yield from _left(
        desk, [trial for trial in trials.values() if links.trial(trial) not in said]
    )


def _decisive(desk: Desk, trials: dict[uuid.UUID, Trial]) -> Iterator[WorkItem]:
    where = {trial.candidate.evaluation_id for trial in trials.values()}
    found = next_tests([desk.evaluations[key] for key in where])
    for key, tests in found.items():
        by_candidate: dict[uuid.UUID, list[NextTest]] = {}
        for test in tests.tests:
            by_candidate.setdefault(test.candidate.pk, []).append(test)
        for candidate, listed_tests in by_candidate.items():
            trial = trials.get(candidate)
            if trial is not None:
                refs = listed([test.requirement.ref for test in listed_tests])
                yield desk.item(
                    "test_next",
                    desk.evaluations[key],
                    f"Test next on {trial.candidate}: {refs}",
                    f"Left untested, they would change who is first: "
                    f"{listed([chance_of(test) for test in listed_tests])}.",
                    links.trial(trial),
                    trial.ends_on,
                )


def _left(desk: Desk, trials: Iterable[Trial]) -> Iterator[WorkItem]:
    running = [
        trial
        for trial in trials
        if trial.agreed_at
        and desk.evaluations[trial.candidate.evaluation_id].stage == Stage.TRIALS
    ]
    open_criteria = unjudged_criteria().filter(trial__in=running).order_by()
    left = Counter(open_criteria.values_list("trial", flat=True))
    waiting: dict[uuid.UUID, list[RunsOwed]] = {}
    for owed in runs_owed(running) if running else ():
        waiting.setdefault(owed.criterion.trial_id, []).append(owed)
    for trial in running:
        number = left[trial.pk]
        to_go = f"{number} criteri{'on' if number == 1 else 'a'} to go"
        yield desk.item(
            "trial",
            desk.evaluations[trial.candidate.evaluation_id],
            f"Judge the trial of {trial.candidate}: {to_go}"
            if number
            else f"Close the trial of {trial.candidate}",
            f"You lead it.{waits_for(waiting.get(trial.pk, []))}"
            if number
            else "You lead it, and everything is judged.",
            links.trial(trial),
            trial.ends_on,
        )


def waits_for(owed: Sequence[RunsOwed]) -> str:
    """“ R1: no run yet; R2: 12 of 20 runs.”, of the first; blank if nothing waits."""
    lines = [f"{each.criterion.requirement.ref}: {each.words}" for each in owed[:SAID]]
    more = [f"{len(owed) - SAID} more"] if len(owed) > SAID else []
    return f" {'; '.join([*lines, *more])}." if lines else ""


def chance_of(test: NextTest) -> str:
    return f"{test.requirement.ref} in {of_100(test.chance)} cases"


def scores(desk: Desk) -> Iterator[WorkItem]:
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
        given = sheet.given if sheet is not None else 0
        yield desk.item(
            "scores",
            evaluation,
            "Score the candidates"
            if not given
            else f"Finish and lock your scores ({given} given)",
            f"You score as {part.get_role_display()}. Scores are blind until locked.",
            links.page(evaluation, "scores"),
        )


def far_apart_scores(desk: Desk) -> Iterator[WorkItem]:
    """What the person and other scorers see very differently, once all have locked,
    until it is settled. The owner is told by the gate that it keeps closed."""
    where = {
        part.evaluation_id
        for part in desk.parts
        if part.scores
        and desk.evaluations[part.evaluation_id].stage in FROM_DEMOS
        and not desk.keeps_out(part.evaluation_id)
    }
    if not where:
        return
    unlocked = unlocked_scorers([desk.evaluations[key] for key in where])
    where -= set(unlocked.values_list("evaluation", flat=True))
    found = far_apart_in([desk.evaluations[key] for key in sorted(where)])
    meetings = Consensus.objects.filter(evaluation__in=where)
    opened = set(meetings.values_list("evaluation", flat=True))
    for key, cells in found.items():
        if not cells:
            continue
        evaluation = desk.evaluations[key]
        opens = "" if key in opened else " opens the consensus and"
        yield desk.item(
            "far_apart",
            evaluation,
            f"Talk about what is far apart: {listed_few(cells)}",
            f"All scores are locked. {evaluation.owner.name}{opens} settles each with "
            "all of you.",
            links.page(evaluation, "scores", "dots"),
        )


def sent(desk: Desk) -> Iterator[WorkItem]:
    numbers: Counter[Any] = Counter()
    read = [where for where in desk.owned if where.pk not in desk.barred]
    for (key, _), number in count_unseen(desk.user, read).items():
        numbers[key] += number
    for key, number in numbers.items():
        evaluation = desk.evaluations[key]
        yield desk.item(
            "sent",
            evaluation,
            f"Read {number} new or changed answer{'s' if number > 1 else ''}",
            "Each is shown beside what stood before.",
            links.page(evaluation, "sent"),
        )


def sign_offs(desk: Desk) -> Iterator[WorkItem]:
    asked = seats(desk)
    if not asked:
        return
    rules = SignOffRule.objects.filter(
        evaluation__in={evaluation for evaluation, _ in asked},
        stage=F("evaluation__stage"),
    )
    given = Given(desk)
    for rule in rules:
        seat = asked.get((rule.evaluation_id, rule.role))
        evaluation = desk.evaluations[rule.evaluation_id]
        if seat is None:
            continue
        if evaluation.pk in desk.barred and evaluation.stage != Stage.REQUIREMENTS:
            continue
        holder, lending = seat
        stand = desk.stands.of(evaluation)
        if given.settled(rule, stand.digest, holder):
            continue
        yield desk.item(
            "sign_off",
            evaluation,
            wording(rule, signed_before=given.of(rule, holder)),
            reason(rule, lending, stand),
            links.sign(rule),
            waits=not stand.is_signed_now,
        )


def wording(rule: SignOffRule, *, signed_before: bool) -> str:
    again = "again, the words have changed since: " if signed_before else ""
    stage = rule.get_stage_display().lower()
    return f"Sign {again}{stage} as {rule.get_role_display()}"


def reason(rule: SignOffRule, lending: Delegation | None, stand: Stand) -> str:
    number = f"{rule.required} of {rule.get_role_display()} must approve."
    whose = "You hold the role"
    if lending is not None:
        lender = lending.stakeholder.user.name
        whose = f"You are the substitute for {lender} until {lending.ends_on:%-d %B}"
    if stand.is_signed_now:
        return f"{whose}; {number}"
    return f"{whose}; {number} Not your turn yet, so the words may still change."


def seats(desk: Desk) -> dict[tuple[uuid.UUID, str], tuple[User, Delegation | None]]:
    """By evaluation and role, for whom the person would sign: themselves first."""
    found: dict[tuple[uuid.UUID, str], tuple[User, Delegation | None]] = {}
    for part in desk.parts:
        found[part.evaluation_id, part.role] = (desk.user, None)
    for lending in desk.lent:
        part = lending.stakeholder
        found.setdefault((part.evaluation_id, part.role), (part.user, lending))
    return {
        key: seat
        for key, seat in found.items()
        # The owner of an evaluation signs for nobody in it.
        if desk.evaluations[key[0]].owner_id != desk.user.pk
    }


class Given:
    def __init__(self, desk: Desk) -> None:
        current = [
            desk.visit(evaluation).pk for evaluation in desk.evaluations.values()
        ]
        self.rows: dict[uuid.UUID, list[SignOff]] = defaultdict(list)
        rows = SignOff.objects.filter(visit__in=current, round=F("visit__round"))
        for row in rows.select_related("document").defer("document__content"):
            self.rows[row.rule_id].append(row)

    def of(self, rule: SignOffRule, holder: User) -> bool:
        return any(
            holder.pk in (row.person_id, row.on_behalf_of_id)
            for row in self.rows[rule.pk]
        )

    def settled(self, rule: SignOffRule, digest: str, holder: User) -> bool:
        """Whether nothing is awaited from `holder` on the words with `digest`.

        They signed them, enough others did, or somebody is against them.
        """
        stands = [row for row in self.rows[rule.pk] if row.document.sha256 == digest]
        approved = sum(sign_off.verdict in APPROVALS for sign_off in stands)
        return (
            approved >= rule.required
            or approved < len(stands)
            or any(
                holder.pk in (sign_off.person_id, sign_off.on_behalf_of_id)
                for sign_off in stands
            )
        )


def contracts(desk: Desk) -> Iterator[WorkItem]:
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


def _item(desk: Desk, evaluation: Evaluation, trials: list[Trial]) -> WorkItem:
    first = trials[0]
    again = any(trial.agreed_at is not None for trial in trials)
    if len(trials) > 1:
        what = f"Agree to the contracts of {len(trials)} trials"
        address = address_of("agree-contracts", evaluation)
    else:
        what = f"Agree to the contract of {first.title}" + (" again" if again else "")
        address = address_of("agree-contract", first)
    why = (
        "It was changed; your role has not agreed to the new version."
        if again
        else "Every role agrees before day one; yours has not."
    )
    return desk.item("contract", evaluation, what, why, address, first.starts_on)


# What a line says of a request; of all that is beside it, a tenth.
READ = (
    *("gate", "rule", "tells", "reason", "answer", "answer_reason", "answered_at"),
    *("visit__evaluation", "visit__left_at"),
    *("candidate__name", "candidate__state", "requirement__ref"),
    *name_columns("asked_by"),
    *name_columns("answered_by"),
)
# A refusal is read by then.
FRESH = datetime.timedelta(days=14)


def waivers(desk: Desk) -> Iterator[WorkItem]:
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
            if evaluation.pk in led and evaluation.pk not in desk.barred:
                yield from unread(desk, evaluation, row)
        elif row.is_waiting and evaluation.pk in led:
            yield to_answer(desk, evaluation, row)
        elif evaluation.pk in owned:
            yield from own(desk, evaluation, row)


def unread(
    desk: Desk, evaluation: Evaluation, row: WaiverRequest
) -> Iterator[WorkItem]:
    if row.is_waiting:
        yield desk.item(
            "waiver",
            evaluation,
            "Answer a request for a waiver",
            f"{row.asked_by.name} asks; declare conflicts of interest first.",
            links.act("answer-waiver-request", row),
        )


def to_answer(desk: Desk, evaluation: Evaluation, row: WaiverRequest) -> WorkItem:
    return desk.item(
        "waiver",
        evaluation,
        f"Answer a request for a waiver: {shortened(row.thing)}",
        f"{row.asked_by.name} asks: {shortened(row.reason)}",
        links.act("answer-waiver-request", row),
    )


def own(desk: Desk, evaluation: Evaluation, row: WaiverRequest) -> Iterator[WorkItem]:
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
        by = row.answered_by.name if row.answered_by else "Leadership"
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
