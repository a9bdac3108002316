"""The results of a memo as a pure function of its inputs, so that they can be replayed.

No database and no clock: everything comes from the JSON that `inputs` gathered.
"""

import datetime
import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from evaltracker.decision.memo.record import (
    CandidateResult,
    CostResult,
    DemoCounts,
    FrozenCandidate,
    FrozenCost,
    FrozenCostLine,
    FrozenKind,
    FrozenPromises,
    FrozenRate,
    FrozenRequirement,
    FrozenWorth,
    Inputs,
    Memo,
    OwnedBrief,
    Results,
    cell_states,
    credits_of,
    is_former,
    knows_lists,
)
from evaltracker.decision.models import DRAWN_PLACES, SHARE_PLACES
from evaltracker.enumerations import Pricing, Priority, Recurrence
from evaltracker.toolbox.measures import CellNumbers
from stakeholders.models import Role
from trials import scoring
from vendors import costs

# What a candidate costs and is worth, from a memo's inputs; a pure module.
#
# Memos from before there were rates, tiers, limits and builders say nothing of them and
# count as they did then.

# What is frozen of a candidate and costs nothing.
NOT_COSTS = frozenset(
    {"cells", "effort", "gaps", "mailed_sheets", "scores", "settled", "steps"}
)


def cost_results(candidate: FrozenCandidate, inputs: Inputs) -> CostResult:
    facts = {name: value for name, value in candidate.items() if name not in NOT_COSTS}
    rates = inputs.get("rates", [])
    kinds = inputs.get("kinds")
    # Counted once for equal inputs: answers and verdicts come every day, prices seldom.
    return _results(json.dumps([facts, inputs["brief"], rates, kinds], sort_keys=True))


@lru_cache(maxsize=1_000)
def _results(written: str) -> CostResult:
    candidate, brief, rated, kept = json.loads(written)
    kinds = frozen_kinds(kept)
    rates = {row["currency"]: row for row in rated}
    lines = [cost_line(row, rates, kinds) for row in candidate["cost_lines"]]
    total = costs.total_cost(
        lines,
        kinds=kinds,
        candidate_kind=candidate["kind"],
        currency=brief["currency"],
        horizon_months=brief["horizon_months"],
        planning_factor=Decimal(brief["planning_factor"]),
        discount_rate=Decimal(brief["discount_rate"]),
    )
    value, opportunity = value_of_hours_saved(candidate, brief)
    return {
        "cost": {**cost(total), "limits": limits(total, brief)},
        "value": value,
        "opportunity": opportunity,
    }


BOUNDS = ("low", "likely", "high")


def cost(total: costs.TotalCost) -> FrozenCost:
    return {
        "low": str(total.low),
        "likely": str(total.likely),
        "high": str(total.high),
        "known": total.coverage.known,
        "kinds": total.coverage.total,
        "unsaid": [kind.name for kind in total.coverage.unsaid],
        "rows": [
            {
                "kind": row.kind.name,
                "name": row.name,
                "state": str(row.state),
                **{name: text(getattr(row, name)) for name in BOUNDS},
                "a_year": row.yearly and str(row.yearly[1]),
                "working": row.working,
            }
            for row in total.rows
        ],
    }


LIMIT = ("name", "limit", *BOUNDS, "verdict", "sentence", "working")


def limits(total: costs.TotalCost, brief: OwnedBrief) -> list[dict[str, Any]]:
    return [
        {name: str(getattr(limit, name)) for name in LIMIT}
        for limit in costs.envelope(
            total,
            whole=number(brief["budget"]),
            once=number(brief.get("budget_once")),
            yearly=number(brief.get("budget_yearly")),
        )
    ]


def frozen_kinds(kept: Sequence[FrozenKind] | None) -> Sequence[costs.CostKind]:
    """A memo of before has no kinds: those of IT, by the names that it froze."""
    if kept is None:
        return costs.IT
    return [
        costs.CostKind(
            key=row["key"],
            name=row["name"],
            group=row["group"],
            rises=row["rises"],
            counts_as=row["counts_as"],
            for_kinds=tuple(row["for_kinds"]),
            not_applicable=row["not_applicable"],
            parts=tuple(map(costs.CostPart, row["parts"])),
        )
        for row in kept
    ]


def cost_line(
    row: FrozenCostLine, rates: dict[str, FrozenRate], kinds: Sequence[costs.CostKind]
) -> costs.CostLineFacts:
    """A cost line read from JSON; its own rate goes before the evaluation's."""
    rate = number(row["rate"])
    source = "the price's own rate" if rate else ""
    shared = rates.get(row["currency"])
    if rate is None and shared is not None:
        rate = Decimal(shared["rate"])
        day = datetime.date.fromisoformat(shared["rated_on"])
        source = costs.rate_words(day, shared["source"])
    return costs.CostLineFacts(
        kind=costs.kind_named(row["kind"], kinds),
        state=costs.LineState(row["state"]),
        low=number(row["low"]),
        likely=number(row["likely"]),
        high=number(row["high"]),
        currency=row["currency"],
        recurrence=Recurrence(row["recurrence"]),
        quantity=Decimal(row["quantity"]),
        rate_to_base=rate,
        label=row.get("label", ""),
        note=row.get("ruled") or "",
        unit=row.get("unit", ""),
        pricing=Pricing(row.get("pricing", Pricing.PER_UNIT)),
        tiers=tuple(
            costs.Tier(*(Decimal(tier[name]) for name in ("above", *BOUNDS)))
            for tier in row.get("tiers", ())
        ),
        rate_source=source,
    )


def value_of_hours_saved(
    row: FrozenCandidate, brief: OwnedBrief
) -> tuple[FrozenWorth | None, dict[str, Any] | None]:
    months = number(row["months_to_live"])
    if months is None and "builders" not in row:
        # Older memos took an unsaid date for at once.
        months = Decimal(0)
    counted = costs.worth(
        hours_saved=number(row["hours_saved"]),
        months_to_live=months,
        engineers=brief["engineers"],
        hourly_rate=number(brief["loaded_hourly_rate"]),
        working_days=brief["working_days"],
        horizon_months=brief["horizon_months"],
        builders=number(row.get("builders")),
        builder_earnings=number(brief.get("builder_earnings")),
        people="people" if brief.get("words") else "engineers",
    )
    missed = counted.opportunity
    opportunity: dict[str, Any] | None = None
    if missed is not None:
        opportunity = {
            "amount": str(missed.amount),
            "value_not_had": str(missed.value_not_had),
            "earned_elsewhere": str(missed.earned_elsewhere),
            "working": missed.working,
            "missing": list(counted.missing),
        }
    if counted.value is None or missed is None:
        return None, opportunity
    value: FrozenWorth = {
        "amount": str(counted.value.amount),
        "working": counted.value.working,
        "opportunity": str(missed.amount),
        "opportunity_working": missed.working,
    }
    return value, opportunity


def number(given: str | None) -> Decimal | None:
    if given in (None, ""):
        return None
    return Decimal(str(given))


def text(amount: Decimal | None) -> str | None:
    if amount is None:
        return None
    return str(amount)


# What the cells of a candidate of a memo's inputs come to.
type States = Callable[[FrozenCandidate, Inputs], Mapping[str, scoring.CellState]]


@dataclass(frozen=True, slots=True)
class Counted:
    candidate: FrozenCandidate
    cells: Mapping[str, scoring.CellState]
    fit: scoring.Fit
    people: scoring.PeopleScore
    total: scoring.Total
    knock_outs: list[str]
    promises: scoring.PromiseRecord


def count_candidate(item: FrozenCandidate, inputs: Inputs) -> Counted:
    requirements = [
        scoring.RequirementFacts(
            key=row["ref"],
            category=row["category"],
            weight=Decimal(row["weight"]),
            priority=Priority(row["priority"]),
        )
        for row in inputs["requirements"]
    ]
    cells = cell_states(item, inputs)
    return count_known(
        item,
        inputs,
        cells,
        fit=scoring.fit(
            {row.key: row.weight for row in requirements},
            cells,
            former=is_former(inputs),
        ),
        knock_outs=[row.key for row in scoring.knock_outs(requirements, cells)],
        promises=scoring.promise_record(requirements, cells, missed_by(item, inputs)),
    )


def missed_by(item: FrozenCandidate, inputs: Inputs) -> frozenset[str]:
    """The requirements of which it missed a number that it claimed itself."""
    if is_former(inputs):
        return frozenset()
    numbers = item.get("numbers", {}).items()
    return frozenset(
        ref for ref, row in numbers if CellNumbers.from_json(row).misses_claim
    )


def count_known(
    item: FrozenCandidate,
    inputs: Inputs,
    cells: Mapping[str, scoring.CellState],
    *,
    fit: scoring.Fit,
    knock_outs: list[str],
    promises: scoring.PromiseRecord,
) -> Counted:
    people = scoring.people_score(score_facts(item), category_weights(inputs))
    share = Decimal(inputs["brief"]["evidence_share"])
    return Counted(
        candidate=item,
        cells=cells,
        fit=fit,
        people=people,
        total=scoring.total(fit.value, people.value, share),
        knock_outs=knock_outs,
        promises=promises,
    )


def category_weights(inputs: Inputs) -> dict[str, Decimal]:
    return {row["name"]: Decimal(row["weight"] or 0) for row in inputs["categories"]}


def score_facts(candidate: FrozenCandidate) -> list[scoring.ScoreFacts]:
    """Everybody's scores; once the consensus is open, what it made of them. Memos from
    before there were settlements say nothing of them and count as then."""
    scores = [
        scoring.ScoreFacts(row["category__name"], row["value"])
        for row in candidate["scores"]
    ]
    settled = candidate.get("settled")
    if settled is None:
        return scores
    return scoring.agreed_scores(
        scores, {row["category__name"]: Decimal(row["value"]) for row in settled}
    )


def share_text(share: Fraction | None) -> str | None:
    """A share as a decimal with four places, halves up; None stays None."""
    if share is None:
        return None
    return str(scoring.rounded(share, SHARE_PLACES))


@dataclass(frozen=True, slots=True)
class SimulationInputs:
    """All that the draws depend on. `told` is what the words around them say: how many
    cells are judged, the prior and each candidate's own record, as canonical JSON."""

    field: scoring.Field
    owed: scoring.PendingVerdicts
    draws: int
    seed: int
    told: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(repr(self).encode()).hexdigest()


type Draws = Callable[[SimulationInputs], dict[str, Any] | None]


def simulation_inputs(inputs: Inputs, field: scoring.Field) -> SimulationInputs:
    frozen = inputs["certainty"]
    needs = {row["ref"]: row for row in inputs["requirements"]}
    keys = [contender.key for contender in field.contenders]
    owed = scoring.PendingVerdicts(
        cells=tuple(
            scoring.OpenCell(**decimals(row, needs))
            for row in frozen["open"]
            if row["candidate"] in keys
        ),
        recorded=tuple(
            scoring.RecordedCell(**decimals(row, needs))
            for row in frozen["recorded"]
            if row["candidate"] in keys
        ),
        urns=tuple(
            (key, scoring.VerdictPrior(**frozen["candidates"][key]["urn"]))
            for key in keys
        ),
        proposed=tuple(
            scoring.RecordedCell(**decimals(row, needs))
            for row in frozen.get("proposed", ())
            if row["candidate"] in keys
        ),
    )
    content = {
        "prior": frozen["prior"],
        "own": {key: frozen["candidates"][key]["own"] for key in keys},
        "judged": sum(frozen["candidates"][key]["judged"] for key in keys),
        "unanswered": sum(frozen["candidates"][key]["unanswered"] for key in keys),
    }
    canonical = json.dumps(content, sort_keys=True)
    return SimulationInputs(field, owed, frozen["draws"], frozen["seed"], canonical)


def decimals(
    row: dict[str, Any], needs: dict[str, FrozenRequirement]
) -> dict[str, Any]:
    need = needs[row["ref"]]
    return {
        **{
            name: Decimal(value)
            if name not in ("candidate", "ref", "knocks_out", "verdict")
            else value
            for name, value in row.items()
        },
        "category": need["category"],
        "weight": Decimal(need["weight"]),
    }


def draw_all(race: SimulationInputs) -> dict[str, Any]:
    """Both shares of each candidate, who is knocked out how often, and what to test.
    `wins` rests on the weights alone, `all_wins` on the open verdicts too; `next` are
    the open cells that decide some draw, `idle` how many decide none."""
    drawn: dict[str, Any] = json.loads(_drawn(race))
    return drawn


@lru_cache(maxsize=16)
def _drawn(race: SimulationInputs) -> str:
    """The draws as JSON, kept for whoever asks for the same race soon again."""
    counted = scoring.count_certainty(race.field, race.owed, race.draws, race.seed)
    wins = scoring.winning_shares(race.field, race.draws, race.seed)
    deciding = [chance for chance in counted.chances if chance.share]
    waiting = dict.fromkeys(wins, 0)
    for cell in race.owed.recorded:
        waiting[cell.candidate] += 1
    content = {
        **json.loads(race.told),
        "open": len(race.owed.cells),
        "recorded": {key: number for key, number in waiting.items() if number},
        "wins": {key: share_text(share) for key, share in wins.items()},
        "all_wins": {
            key: exact_share_text(share) for key, share in counted.wins.items()
        },
        "nobody": exact_share_text(counted.nobody),
        "knocked_out": {
            key: exact_share_text(share) for key, share in counted.knocked_out.items()
        },
        "next": [
            {
                "id": chance.candidate,
                "ref": chance.ref,
                "chance": exact_share_text(chance.share),
            }
            for chance in deciding
        ],
        "idle": len(counted.chances) - len(deciding),
    }
    if race.owed.proposed:
        content["proposed"] = [
            {"id": cell.candidate, "ref": cell.ref, "verdict": cell.verdict}
            for cell in race.owed.proposed
        ]
    return json.dumps(content)


def exact_share_text(share: Fraction) -> str:
    """A share as a decimal that is 0 or 1 only if it is exactly that."""
    return f"{scoring.rounded(share, DRAWN_PLACES):f}"


# Who can be chosen, and so come first or second.
CHOOSABLE = ("shortlisted", "chosen")


def weigh(
    inputs: Inputs, counted: Sequence[Counted], draws: Draws = draw_all
) -> dict[str, Any]:
    """Who is first, how surely, what would change it, and whom each role would pick.

    Weighed are those who can be chosen and are not knocked out. Until the consensus is
    open, people's scores are nobody's to see and so play no part: `basis` is then the
    fit alone. `untold` says why there is nothing to say, blank if there is.

    From formula 3 on `certainty` counts what nobody has tested, too; `draws` finds the
    draws, and where it has none yet `certainty` and every `wins` are None.
    """
    running = eligible_candidates(counted)
    people = bool(inputs["consensus"])
    field = contest_between(inputs, running, people=people)
    if why := why_no_winner(field, running):
        return {"untold": why}
    wins: dict[str, str | None]
    certainty: dict[str, Any] = {}
    if "certainty" in inputs:
        drawn = draws(simulation_inputs(inputs, field))
        certainty = {"certainty": drawn}
        wins = drawn["wins"] if drawn else {}
    else:
        shares = scoring.winning_shares(field)
        wins = {key: share_text(share) for key, share in shares.items()}
    flip = scoring.smallest_flip(field)
    return {
        "untold": "",
        "basis": "total" if people else "fit",
        "draws": scoring.DRAWS,
        "seed": scoring.SEED,
        "ranking": [
            {
                "id": candidate_row.key,
                "total": share_text(candidate_row.total),
                "rank": candidate_row.rank,
                "wins": wins.get(candidate_row.key),
            }
            for candidate_row in scoring.ranking(field)
        ],
        **certainty,
        "smallest": flip and flip_of(flip),
        "second": second(inputs, running, field),
        "roles": role_picks(inputs, running),
    }


def eligible_candidates(counted: Iterable[Counted]) -> list[Counted]:
    return [
        option
        for option in counted
        if option.candidate["state"] in CHOOSABLE and not option.knock_outs
    ]


def contest_between(
    inputs: Inputs,
    running: Sequence[Counted],
    *,
    people: bool,
    without: Collection[str] = (),
) -> scoring.Field:
    """Who is weighed against whom; `without` names categories that do not count."""
    weights = {
        name: weight
        for name, weight in category_weights(inputs).items()
        if name not in without
    }
    category_of = {
        row["ref"]: row["category"]
        for row in inputs["requirements"]
        if row["category"] in weights
    }
    evidence = dict.fromkeys(weights, Decimal(0))
    for row in inputs["requirements"]:
        if row["category"] in weights:
            evidence[row["category"]] += Decimal(row["weight"])
    if people:
        share = Decimal(inputs["brief"]["evidence_share"])
    else:
        share = Decimal(1)
    contenders = []
    for option in running:
        weighed = [row for row in option.fit.weighed if row.key in category_of]
        scores = [
            row for row in option.people.rows if people and row.category in weights
        ]
        contender = scoring.contender(
            option.candidate["id"], list(evidence), weighed, category_of, scores
        )
        contenders.append(contender)
    return scoring.field_of(contenders, evidence, weights, share)


def why_no_winner(field: scoring.Field, running: Sequence[Counted]) -> str:
    if not any(option.fit.judged for option in running):
        return "unproven"
    if len(field.contenders) > 1:
        return ""
    return "alone"


def second(
    inputs: Inputs, running: Sequence[Counted], field: scoring.Field
) -> dict[str, Any] | None:
    """What would have to be true for the runner-up to win; None if none is behind."""
    ranked = scoring.ranking(field)
    best = ranked[0].total
    behind = [place for place in ranked if place.total < best]
    if not behind:
        return None
    key = behind[0].key
    rows = next(option.fit.rows for option in running if option.candidate["id"] == key)
    flip = scoring.nearest_flip(field, key)
    proofs = scoring.proofs_to_lead(
        rows, best - behind[0].total, field.share, credits_of(inputs).trial_holds
    )
    return {
        "id": key,
        "behind": share_text(best - behind[0].total),
        "flip": flip and flip_of(flip),
        "proofs": None if proofs is None else list(proofs),
    }


def flip_of(flip: scoring.Flip) -> dict[str, Any]:
    """A change of one category's weight; parts of the total that it decides."""
    return {
        "id": flip.key,
        "category": flip.category,
        "before": share_text(flip.before),
        "after": share_text(flip.after),
    }


def role_ranks(
    inputs: Inputs, running: Sequence[Counted]
) -> Iterator[tuple[str, list[scoring.Pick]]]:
    """Whom each role's own weights would pick from the evidence; equal ones all. Only
    roles that have weighed every category that is scored."""
    category_of = {row["ref"]: row["category"] for row in inputs["requirements"]}
    scored = [name for name, weight in category_weights(inputs).items() if weight]
    fits = {
        option.candidate["id"]: scoring.fit_by_category(option.fit.weighed, category_of)
        for option in running
    }
    # In one order, whatever the database made of that of the keys.
    for role in Role.values:
        weights = inputs["role_weights"].get(role)
        if weights is not None and all(name in weights for name in scored):
            yield role, scoring.picks(fits, weights)


def role_picks(inputs: Inputs, running: Sequence[Counted]) -> list[dict[str, Any]]:
    rows = []
    for role, ranked in role_ranks(inputs, running):
        best = [pick for pick in ranked if pick.fit == ranked[0].fit]
        later = ranked[len(best) :]
        rows.append(
            {
                "role": role,
                "ids": [pick.key for pick in best],
                "fit": share_text(best[0].fit) if best else None,
                "lead": share_text(best[0].fit - later[0].fit) if later else None,
            }
        )
    return rows


# Those whose memos this program counts again, each by its own rules.
FORMULAS = ("1", "2", "3", scoring.FORMULA_VERSION)
# What explains a number; the number itself is what has to come out again.
WORDS = frozenset({"working", "opportunity_working", "total_working", "sentence"})


def compute_results(inputs: Inputs, draws: Draws = draw_all) -> Results:
    """Fit, people's score, total, knock-outs, promises and cost per candidate id; and
    as `robustness` how far the first place rests on the agreed weights.

    Formula 1 knew no robustness; a memo that was counted with it is counted so.
    `draws` finds the draws of formula 3: counted here, unless somebody kept them.
    """
    counted = [count_candidate(candidate, inputs) for candidate in inputs["candidates"]]
    return results_of(inputs, counted, draws)


def results_of(
    inputs: Inputs, counted: Sequence[Counted], draws: Draws = draw_all
) -> Results:
    results: Results = {
        option.candidate["id"]: candidate_results(option, inputs) for option in counted
    }
    if inputs["formula_version"] != "1":
        results["robustness"] = weigh(inputs, counted, draws)
    return results


def replay(memo: Memo) -> list[str]:
    """What differs between the frozen results and the same inputs counted again.

    Empty if the decision holds. What the words say around a number may be put better
    since, and figures may have come beside those that were frozen; neither is a
    difference. A memo is counted with the formula that it was made with; one that this
    program does not know is said to be so.
    """
    inputs = memo["inputs"]
    if inputs["formula_version"] not in FORMULAS:
        return [
            f"the memo was counted with formula {inputs['formula_version']}, "
            f"this program knows {', '.join(FORMULAS)}"
        ]
    names = {candidate["id"]: candidate["name"] for candidate in inputs["candidates"]}
    names["robustness"] = "Robustness"
    again = compute_results(inputs)
    frozen = memo["results"]
    lost = [
        f"the candidate {key} is not in the inputs" for key in frozen.keys() - again
    ]
    for key, fields in again.items():
        if key not in frozen:
            lost.append(f"{names[key]} has no results")
            continue
        lost += differing(names[key], frozen[key], fields)
    return lost


def differing(location: str, frozen: Any, again: Any) -> list[str]:
    """A sentence for each frozen number that did not come out again, but for words.
    `location` is the way to it: “Acme ML, cost, likely”."""
    if isinstance(frozen, dict) and isinstance(again, dict):
        pairs = [(field, value, again.get(field)) for field, value in frozen.items()]
    elif isinstance(frozen, list) and isinstance(again, list):
        if len(frozen) != len(again):
            return [
                f"{location}: frozen {len(frozen)} lines, counted again {len(again)}"
            ]
        pairs = [
            (named(value, place), value, other)
            for place, (value, other) in enumerate(zip(frozen, again, strict=True), 1)
        ]
    elif frozen != again:
        return [f"{location}: frozen {frozen!r}, counted again {again!r}"]
    else:
        return []
    return [
        sentence
        for field, pair, other in pairs
        if field not in WORDS
        for sentence in differing(f"{location}, {field}", pair, other)
    ]


def named(line: Any, place: int) -> str:
    if isinstance(line, dict) and "kind" in line:
        return str(line["kind"])
    return str(place)


def candidate_results(counted: Counted, inputs: Inputs) -> CandidateResult:
    fit = counted.fit
    return {
        "fit": share_text(fit.value),
        "fit_of_tested": share_text(fit.of_tested),
        "asked": fit.coverage.asked,
        "answered": fit.coverage.answered,
        "tested": fit.coverage.tested,
        **more_counts(counted, inputs),
        "people": share_text(counted.people.value),
        "total": share_text(counted.total.value),
        "total_working": counted.total.working,
        "knock_outs": counted.knock_outs,
        "standings": {row.key: str(row.standing) for row in fit.rows},
        "promises": promises(counted.promises, inputs),
        **cost_results(counted.candidate, inputs),
    }


def more_counts(counted: Counted, inputs: Inputs) -> DemoCounts:
    if not knows_lists(inputs):
        return {}
    coverage = counted.fit.coverage
    noted_counts: DemoCounts = {"noted": coverage.noted, "ours": coverage.ours}
    return {
        "shown": coverage.shown,
        "researched": coverage.researched,
        **(DemoCounts() if is_former(inputs) else noted_counts),
        "promises_in_demos": promises(counted.promises.demos, inputs),
    }


def promises(record: scoring.SourceRecord, inputs: Inputs) -> FrozenPromises:
    """The promise record; counts stay hidden below five tested claims."""
    tally = record.overall
    if record.hidden:
        return {"tested": tally.tested, "hidden": True}
    counts: FrozenPromises = {
        "tested": tally.tested,
        "hidden": False,
        "held": tally.held,
        "partly": tally.partly,
        "failed": tally.failed,
    }
    if is_former(inputs):
        return counts
    return {**counts, "short": tally.short}
