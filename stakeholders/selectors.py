"""Reads of stakeholders: how sign-offs stand, who is awaited, and their plan."""

import datetime
import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Category, Evaluation, User, Visit
from evaltracker.requirements.plan import Plan, VisitFacts, draw_plan
from evaltracker.toolbox.days import (
    Place,
    everybody_works,
    local_day,
    today_in,
    wall_of,
)
from evaltracker.toolbox.registry import read_once
from evaltracker.toolbox.text import listed, shortened
from stakeholders.models import (
    APPROVALS,
    Condition,
    Role,
    RoleWeight,
    SignOff,
    SignOffRule,
    Stakeholder,
    Verdict,
    given_names,
    role_names,
    with_names,
)
from stakeholders.policy import lendings, voices
from stakeholders.scoring import Clash, clashes, most_people


@dataclass(frozen=True, slots=True)
class RuleTally:
    """How one rule stands on one visit, for the words that stand now.

    `counted` are verdicts on those words in this round; `outdated` are the latest
    verdicts of people who signed other words on this visit. `barred` hold the role
    and may not sign, for an interest that they declared.
    """

    rule: SignOffRule
    eligible: list[Stakeholder]
    barred: list[Stakeholder] = field(default_factory=list)
    counted: list[SignOff] = field(default_factory=list)
    outdated: list[SignOff] = field(default_factory=list)

    @property
    def approvals(self) -> list[SignOff]:
        """Approvals by different people; conditions count as approval."""
        return [sign_off for sign_off in self.counted if sign_off.verdict in APPROVALS]

    @property
    def against(self) -> list[SignOff]:
        return [
            sign_off for sign_off in self.counted if sign_off.verdict not in APPROVALS
        ]

    @property
    def awaited(self) -> list[Stakeholder]:
        done = {sign_off.person_id for sign_off in self.counted} | {
            sign_off.on_behalf_of_id for sign_off in self.counted
        }
        return [part for part in self.eligible if part.user_id not in done]

    @property
    def passed(self) -> bool:
        return len(self.approvals) >= self.rule.required and not self.against

    @property
    def is_conditional(self) -> bool:
        verdicts = {sign_off.verdict for sign_off in self.approvals}
        return self.passed and Verdict.CONDITIONS in verdicts

    @property
    def different_people(self) -> int:
        number: int = self.rule.evaluation.different_people.get(
            self.rule.stage, DIFFERENT
        )
        return number

    @property
    def can_pass(self) -> bool:
        within_reach = len(self.approvals) + len(self.awaited) >= self.rule.required
        return self.passed or (within_reach and not self.against)

    @property
    def sentence(self) -> str:
        role = self.rule.get_role_display()
        required = self.rule.required
        if self.is_conditional:
            return f"{role} gave a conditional approval."
        if self.passed:
            return f"{role} approved."
        if self.against:
            objection = self.against[-1]
            if objection.verdict == Verdict.DECLINE:
                word = "declined"
            else:
                word = "returned it"
            return f"{role}: {objection.printed_name} {word}: {objection.reason}"
        if not self.can_pass:
            return self._out_of_reach
        awaited = self.awaited
        names = [part.user.name for part in awaited]
        missing = required - len(self.approvals)
        if missing == 1:
            needed = "1 more approval"
        else:
            needed = f"{missing} more approvals"
        if missing == len(awaited):
            signers = f"needed from {listed(names)}"
        else:
            signers = f"needed from any of {listed(names, 'or')}"
        signed = {row.on_behalf_of_id or row.person_id for row in self.outdated}
        again = [part.user.name for part in awaited if part.user_id in signed]
        if again:
            earlier = f" {listed(again)} signed other words."
        else:
            earlier = ""
        return f"{role}: {needed} {signers}.{earlier}"

    @property
    def _out_of_reach(self) -> str:
        role = self.rule.get_role_display()
        required = self.rule.required
        mend = "Add a stakeholder or change the rule."
        if not (self.eligible or self.barred or self.approvals):
            return (
                f"{role} cannot pass yet: {required} must approve, and nobody holds "
                f"the role. {mend}"
            )
        able = len(self.approvals) + len(self.awaited)
        why = "".join(
            f" {stakeholder.user.name} has an interest." for stakeholder in self.barred
        )
        can = str(able) if able else "nobody"
        return (
            f"{role} cannot pass: {required} must approve, and {can} can.{why} {mend}"
        )


class Signature(NamedTuple):
    """What is counted of one verdict: `person` tells namesakes apart, `seat` is the
    name of whom they stood in for."""

    person: object
    name: str
    role: str
    seat: str
    verdict: str

    @property
    def part(self) -> str:
        if self.seat:
            return f"{self.role} for {self.seat}"
        return self.role


# So many different people approve a stage, unless its owner says another number.
DIFFERENT = 2


def people_needed(number: int) -> str:
    if number == 1:
        return "One person may approve this stage alone."
    return f"At least {number} different people must approve this stage."


@dataclass(frozen=True, slots=True)
class Approved:
    """How many of the roles asked have approved, and who signed that, not for whom;
    `names` has each with their parts. `decision.memo.figures` says it in words. A stage
    is approved once all roles are, by `needed` people."""

    roles: int
    asked: int
    names: tuple[tuple[str, list[str]], ...]
    needed: int = 1

    @property
    def is_short(self) -> bool:
        return self.roles == self.asked and len(self.names) < self.needed


def count_approvals(
    required: Mapping[str, int], given: Iterable[Signature], different: int = DIFFERENT
) -> Approved:
    """`given` are verdicts on the words that count, in the order of time; of a person
    in a role, and for the same seat, the last one counts, and none for a seat whose
    holder signed, too."""
    newest = {(row.role, row.person, row.seat): row for row in given}
    signed_in_person = {(row.role, row.name) for row in newest.values() if not row.seat}
    rows = [
        row for row in newest.values() if (row.role, row.seat) not in signed_in_person
    ]
    approvals = [row for row in rows if row.verdict in APPROVALS]
    against = {row.role for row in rows if row.verdict not in APPROVALS}
    number = Counter(row.role for row in approvals)
    passed = sum(
        number[role] >= needed and role not in against
        for role, needed in required.items()
    )
    names: dict[object, tuple[str, list[str]]] = {}
    for row in approvals:
        if row.verdict == Verdict.CONDITIONS:
            on = ", on conditions"
        else:
            on = ""
        names.setdefault(row.person, (row.name, []))[1].append(f"{row.part}{on}")
    needed = min(different, sum(required.values()))
    return Approved(passed, len(required), tuple(names.values()), needed)


def signature_of(row: SignOff) -> Signature:
    if row.on_behalf_of:
        seat = row.on_behalf_of.name
    else:
        seat = ""
    role = row.get_role_display()
    return Signature(row.person_id, row.printed_name, role, seat, row.verdict)


def approved_of(tallies: Iterable[RuleTally]) -> Approved:
    tallies = list(tallies)
    rows = [row for rule_tally in tallies for row in rule_tally.counted]
    rows.sort(key=attrgetter("signed_at"))
    required = {
        rule_tally.rule.get_role_display(): rule_tally.rule.required
        for rule_tally in tallies
    }
    number = max(
        (rule_tally.different_people for rule_tally in tallies), default=DIFFERENT
    )
    return count_approvals(required, map(signature_of, rows), number)


def without_replaced(rows: Sequence[SignOff]) -> list[SignOff]:
    """Of one rule, on the same words: without what a substitute signed for somebody who
    then signed in person."""
    signed_in_person = {row.person_id for row in rows if row.on_behalf_of_id is None}
    return [row for row in rows if row.on_behalf_of_id not in signed_in_person]


def more_signers(tallies: Sequence[RuleTally]) -> list[tuple[SignOffRule, User]]:
    """Once every rule has passed, by too few people: who would be one more, and under
    which rule. Who lent a part comes first and signs in place of the substitute."""
    if not approved_of(tallies).is_short:
        return []
    given = [
        (row, rule_tally) for rule_tally in tallies for row in rule_tally.approvals
    ]
    given.sort(key=lambda pair: pair[0].signed_at)
    parts = Counter(row.person_id for row, _ in given)
    pairs = [
        (rule_tally.rule, part.user)
        for row, rule_tally in given
        for part in rule_tally.eligible
        # Who signed nothing else would be gone, were they replaced.
        if part.user_id == row.on_behalf_of_id and parts[row.person_id] > 1
    ]
    pairs += [
        (rule_tally.rule, part.user)
        for rule_tally in tallies
        for part in rule_tally.awaited
    ]
    return [(rule, user) for rule, user in pairs if user.pk not in parts]


def too_few(tallies: Sequence[RuleTally]) -> str:
    """Why a stage whose rules have all passed is not approved."""
    rule = tallies[0].rule
    approved = approved_of(tallies)
    stage = rule.evaluation.say(rule.get_stage_display())
    names = [name for name, _ in approved.names]
    number = sum(len(parts) for _, parts in approved.names)
    by = f"{'both' if number == 2 else f'all {number}'} are by {names[0]}"
    if names[1:]:
        by = f"these are by {len(names)}: {listed(names)}"
    able = dict.fromkeys(user.name for _, user in more_signers(tallies))
    rest = "Add a stakeholder, or change who must sign."
    return (
        f"{stage} need{'' if stage.endswith('s') else 's'} approvals by "
        f"{approved.needed} different people; {by}. "
        f"{f'{listed([*able])} can still sign.' if able else rest}"
    )


def signed_already(
    person: User, tallies: Iterable[RuleTally], rule: SignOffRule, seat: User
) -> str:
    """What `person` is told before they sign under `rule`, for `seat` if it is not
    theirs, having approved under another one; blank if they have not."""
    given = [
        row
        for rule_tally in tallies
        if rule_tally.rule != rule
        for row in rule_tally.approvals
    ]
    for row in given:
        if row.person_id == person.pk:
            role = rule.get_role_display()
            at = wall_of(row.signed_at, person.time_zone)
            today = at.date() == today_in(person.time_zone)
            return (
                f"You signed as {signature_of(row).part} "
                f"{f'at {at:%H:%M}' if today else f'on {at:%-d %b}'}. Signing "
                f"{f'as {role}' if seat == person else f'for {seat.name} ({role})'} "
                "adds a role, not a person."
            )
    return ""


# Of what somebody objected so much is shown before “more”.
SHOWN = 300
AGAINST = {Verdict.RETURN: "Returned by", Verdict.DECLINE: "Declined by"}


class Objection(NamedTuple):
    """A return, a decline, or a condition that is not closed: `head` says whose."""

    head: str
    words: str
    is_condition: bool = False

    def __str__(self) -> str:
        return f"{self.head}: “{shortened(self.words, SHOWN)}”"

    @property
    def more(self) -> str:
        if len(self.words) > SHOWN:
            return self.words
        return ""


def objections(visit: Visit, tallies: Iterable[RuleTally]) -> list[Objection]:
    """What the next signer reads first: returned, declined, conditions not closed. The
    last verdict of a seat in this round stands, on earlier words, too."""
    evaluation = visit.evaluation
    counted = [row for rule_tally in tallies for row in rule_tally.counted]
    outdated = [row for rule_tally in tallies for row in rule_tally.outdated]
    newest = {
        (row.rule_id, row.on_behalf_of_id or row.person_id): row
        for row in sorted((*counted, *outdated), key=attrgetter("signed_at"))
    }

    def head(what: str, row: SignOff) -> str:
        day = local_day(row.signed_at, evaluation.zone)
        if row in outdated:
            on = ", on earlier words"
        else:
            on = ""
        part = signature_of(row).part
        return f"{what} {row.printed_name} ({part}), {day:%-d %b}{on}"

    against = [
        Objection(head(what, row), row.reason)
        for verdict, what in AGAINST.items()
        for row in newest.values()
        if row.verdict == verdict
    ]
    conditions = open_conditions(evaluation).select_related("sign_off__on_behalf_of")
    return against + [
        Objection(
            head("Condition of", condition.sign_off), condition.text, is_condition=True
        )
        for condition in conditions
    ]


def tally(visit: Visit, digest: str, barred: Collection[int] = ()) -> list[RuleTally]:
    """How every rule of the visit's stage stands for the words with `digest`.

    `barred` are ids of people who may sign for nobody on this visit.
    """
    evaluation = visit.evaluation
    rules = list(
        with_names(SignOffRule.objects.filter(evaluation=evaluation, stage=visit.stage))
    )
    for rule in rules:
        rule.evaluation = evaluation
    people: dict[str, list[Stakeholder]] = defaultdict(list)
    holders = voices().filter(evaluation=evaluation, user__is_active=True)
    shut: dict[str, list[Stakeholder]] = defaultdict(list)
    for part in holders.select_related("user"):
        (shut if part.user_id in barred else people)[part.role].append(part)
    counted: dict[object, list[SignOff]] = defaultdict(list)
    outdated: dict[object, list[SignOff]] = defaultdict(list)
    sign_offs = SignOff.objects.filter(visit=visit, round=visit.round)
    for sign_off in sign_offs.select_related("document", "on_behalf_of"):
        right = sign_off.document.sha256 == digest
        (counted if right else outdated)[sign_off.rule_id].append(sign_off)
    return [
        RuleTally(
            rule,
            people[rule.role],
            shut[rule.role],
            without_replaced(counted[rule.pk]),
            outdated[rule.pk],
        )
        for rule in rules
    ]


def lending_warnings(
    lent: Stakeholder, substitutes: Iterable[User]
) -> dict[User, tuple[str, bool]]:
    """What lending `lent` to each of them, if they sign already in the next stage that
    asks, means for that; and whether too few different people would be left for it."""
    evaluation = lent.evaluation
    ahead = list(Stage)[Stage(evaluation.stage).position :]
    rules = SignOffRule.objects.filter(evaluation=evaluation, stage__in=ahead)
    stage = min(ahead, key=lambda stage: not any(rule.stage == stage for rule in rules))
    rules_by_role = {rule.role: rule for rule in with_names(rules.filter(stage=stage))}
    acting = {row.stakeholder_id: row.substitute for row in lendings(evaluation)}
    parts = voices().filter(evaluation=evaluation, role__in=rules_by_role)
    seats = [
        (part, acting.get(part.pk, part.user)) for part in parts.select_related("user")
    ]
    different = evaluation.different_people.get(stage, DIFFERENT)
    roles = f"{len(rules_by_role)} role{'' if len(rules_by_role) == 1 else 's'}"

    def warning(substitute: User) -> tuple[str, bool]:
        signers: dict[str, set[int]] = defaultdict(set)
        already = []
        for part, person in seats:
            if part == lent:
                signer = substitute
            else:
                signer = person
            if part != lent and signer == substitute:
                if part.pk in acting:
                    seat = f" for {part.user.name}"
                else:
                    seat = ""
                already.append(f"{rules_by_role[part.role].get_role_display()}{seat}")
            signers[part.role].add(signer.pk)
        if lent.role not in rules_by_role or not already:
            return "", False
        chairs = [
            signers[role]
            for role, rule in rules_by_role.items()
            for _ in range(rule.required)
        ]
        number = most_people(chairs)
        return (
            f"{substitute.name} already signs as {listed(already)}. With "
            f"{substitute.first_name or substitute.name}, {evaluation.say(stage.label)}"
            f" would have {number} {'person' if number == 1 else 'people'} for {roles}."
        ), number < min(different, len(chairs))

    return {substitute: warning(substitute) for substitute in substitutes}


def last_signed(user: User, visit: Visit) -> SignOff | None:
    return (
        SignOff.objects.filter(
            Q(person=user) | Q(on_behalf_of=user),
            visit__evaluation=visit.evaluation_id,
            visit__stage=visit.stage,
        )
        .select_related("document")
        .order_by("-signed_at")
        .first()
    )


def open_conditions(evaluation: Evaluation) -> QuerySet[Condition]:
    return (
        Condition.objects.filter(
            sign_off__visit__evaluation=evaluation, closed_at__isnull=True
        )
        .select_related("owner", "sign_off")
        .order_by("due_on")
    )


def said_weights(evaluation: Evaluation) -> dict[str, dict[Category, int]]:
    """By role; a page that shows them twice reads them once."""
    return read_once(
        ("said weights", evaluation.pk), lambda: _weights_by_role(evaluation)
    )


def _weights_by_role(evaluation: Evaluation) -> dict[str, dict[Category, int]]:
    rows = RoleWeight.objects.filter(evaluation=evaluation).select_related("category")
    by_role: dict[str, dict[Category, int]] = {role: {} for role in Role.values}
    for row in rows.order_by("category__position", "category__name"):
        by_role[row.role][row.category] = row.weight
    return {role: weights for role, weights in by_role.items() if weights}


def objectives_in_conflict(evaluation: Evaluation) -> list[Clash[str, Category]]:
    names = role_names(evaluation)
    weights_by_role = said_weights(evaluation)
    return clashes({names[role]: weights for role, weights in weights_by_role.items()})


def weights_sealed_at(evaluation: Evaluation) -> datetime.datetime | None:
    """When the roles' weights were sealed: as research first began, for from then on a
    vendor's words can be read. None before."""
    first = (
        Visit.objects.filter(evaluation=evaluation)
        .exclude(stage=Stage.REQUIREMENTS)
        .order_by("number")
        .first()
    )
    return first.entered_at if first else None


def weights_of_role(
    evaluation: Evaluation, role: str
) -> list[tuple[Category, RoleWeight | None]]:
    """What a role says of each category, for as long as it may say it."""
    if weights_sealed_at(evaluation):
        return []
    rows = RoleWeight.objects.filter(evaluation=evaluation, role=role)
    by_category = {row.category_id: row for row in rows.select_related("set_by")}
    return [
        (category, by_category.get(category.pk))
        for category in evaluation.categories.all()
    ]


def parts_without_weights(evaluation: Evaluation) -> list[Stakeholder]:
    """Who holds a role that leaves a category without a weight, while it may say it."""
    if evaluation.stage != Stage.REQUIREMENTS or weights_sealed_at(evaluation):
        return []
    wanted = evaluation.categories.count()
    weights_by_role = said_weights(evaluation)
    held = voices().filter(evaluation=evaluation, user__is_active=True)
    parts = with_names(held.select_related("user"))
    return [part for part in parts if len(weights_by_role.get(part.role, ())) < wanted]


def places_of(evaluations: Iterable[Evaluation]) -> dict[uuid.UUID, frozenset[Place]]:
    """Where owner and stakeholders of each evaluation work, in one query.

    Who has not said a country is not counted.
    """
    by_pk: dict[uuid.UUID, set[Place]] = {}
    for evaluation in evaluations:
        owner = evaluation.owner
        if owner.country:
            mine = {(owner.country, owner.subdivision)}
        else:
            mine = set()
        by_pk[evaluation.pk] = mine
    rows = Stakeholder.objects.filter(evaluation__in=list(by_pk), left_at__isnull=True)
    for key, country, subdivision in rows.exclude(user__country="").values_list(
        "evaluation", "user__country", "user__subdivision"
    ):
        by_pk[key].add((country, subdivision))
    return {key: frozenset(places) for key, places in by_pk.items()}


def with_right(role: str, name: str) -> str:
    """“Facility · rights of PM”: a name where its right must be known, too."""
    usual = str(Role(role).label)
    if name == usual:
        return name
    return f"{name} · rights of {usual}"


def role_choices(evaluation: Evaluation) -> list[Any]:
    """What a form offers: roles that the evaluation names, then the rest as a group."""
    named = given_names(evaluation)
    rest = [pair for pair in role_names(evaluation).items() if pair[0] not in named]
    if not named:
        return rest
    choices = [(role, with_right(role, name)) for role, name in named.items()]
    if rest:
        return [*choices, ("More roles", rest)]
    return choices


def roles_of(person: User) -> list[str]:
    names = set(person.groups.values_list("name", flat=True))
    return [role.value for role in Role if role.label in names]


# The plan of an evaluation as its visits and its brief give it.


def plan_of(
    evaluation: Evaluation,
    visits: Sequence[Visit],
    places: frozenset[Place] | None = None,
) -> Plan | None:
    """The plan drawn back from the date it must run; None if there is no date.

    `visits` are those of the evaluation. Days are those of its own zone; a public
    holiday of anybody involved is no working day. `places` says where they work, if
    the caller has read that for many evaluations at once.
    """
    if evaluation.must_run_by is None or not evaluation.is_open:
        return None
    zone = evaluation.zone
    if places is None:
        places = places_of([evaluation])[evaluation.pk]
    stays = [
        VisitFacts(
            visit.stage,
            local_day(visit.entered_at, zone),
            local_day(visit.left_at, zone) if visit.left_at else None,
        )
        for visit in visits
    ]
    try:
        return draw_plan(
            must_run_by=evaluation.must_run_by,
            started=min((stay.entered for stay in stays), default=today_in(zone)),
            today=today_in(zone),
            stage=evaluation.stage,
            lengths=evaluation.stage_weeks,
            visits=stays,
            works=partial(everybody_works, places=places),
        )
    except ValueError:
        # A date or length that no plan can be drawn with; the brief shows it.
        return None


def stage_due(
    evaluation: Evaluation,
    visits: Sequence[Visit],
    places: frozenset[Place] | None = None,
) -> datetime.date | None:
    plan = plan_of(evaluation, visits, places)
    if plan is None:
        return None
    return next(row.latest_end for row in plan.rows if row.current)


@dataclass(frozen=True, slots=True)
class Lateness:
    visit: Visit
    due: datetime.date
    plan: Plan


def lateness_of(
    evaluation: Evaluation, places: frozenset[Place] | None = None
) -> Lateness | None:
    visits = list(evaluation.visits.all())
    stay = next((visit for visit in visits if visit.left_at is None), None)
    plan = plan_of(evaluation, visits, places)
    if plan is None or stay is None:
        return None
    due = next(row.latest_end for row in plan.rows if row.current)
    if due < today_in(evaluation.zone):
        return Lateness(stay, due, plan)
    return None
