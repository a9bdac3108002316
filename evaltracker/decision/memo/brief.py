"""The brief, answered: each of its questions, what a candidate answers, how far it is
proven. Pure: everything comes from a memo's inputs and results.
"""

import datetime
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from evaltracker.decision.memo.figures import (
    BLANK,
    Part,
    Sentence,
    counted_of,
    joined,
    money,
    say,
    unknown_kinds,
)
from evaltracker.decision.memo.markdown import bullets, inline, table
from evaltracker.decision.memo.markdown import day as written_day
from evaltracker.decision.memo.record import (
    CandidateResult,
    FrozenCandidate,
    FrozenCost,
    Inputs,
    Memo,
    OwnedBrief,
    Results,
    cell_states,
    day,
    knows_lists,
    planned_values,
)
from evaltracker.decision.memo.results import CHOOSABLE, States, frozen_kinds
from evaltracker.evaluations.choices import SupportWanted
from evaltracker.toolbox.text import listed, named_ref
from trials.scoring import CellState, EffortSums, Standing, ValueState
from vendors.costs import SUPPORT

GOOD = "good"
BAD = "bad"
# Where a requirement of a value is in the way, the worst first.
SHORT = {
    Standing.REFUTED: "refuted",
    Standing.NEVER: "never",
    Standing.UNANSWERED: "not answered",
    Standing.SLIPPED: "slipped",
    Standing.PARTLY: "only partly",
}
# So many requirements are named one by one.
MOST = 3


@dataclass(frozen=True, slots=True)
class BriefAnswer:
    """`verdict` is a word about the answer, `tone` whether it is a good one."""

    question: str
    wanted: Part
    answer: Part
    proof: Part
    tone: str = ""
    verdict: str = ""


def list_answers(
    inputs: Inputs, key: str, states: Mapping[str, CellState]
) -> Iterator[BriefAnswer]:
    for name, values in inputs["lists"].items():
        refs = [row["ref"] for row in inputs["requirements"] if name in row["lists"]]
        for value in values:
            held = {
                ref: state
                for ref in refs
                for state in states[ref].counted
                if (state.list_name, state.value) == (name, value)
            }
            yield BriefAnswer(name, value, *_of_value(inputs, f"{key}.{value}", held))


def _of_value(
    inputs: Inputs, key: str, held: Mapping[str, ValueState]
) -> tuple[Part, Part, str, str]:
    if not held:
        return "no requirement asks for it", "–", "", ""
    whole = len(held)
    answered = counted_of(
        f"brief.answered.{key}", sum(state.answered for state in held.values()), whole
    )
    answer: Part = "answered"
    if answered.exact != whole:
        answer = say("{} answered", answered)
    short = [
        f"{label}: {named_refs(inputs, refs)}"
        for at, label in SHORT.items()
        if (refs := [ref for ref, state in held.items() if state.standing == at])
    ]
    if short:
        answer = say("{}; {}", answer, "; ".join(short))
    bad = any(state.knocks_out for state in held.values())
    proven = all(state.standing == Standing.PROVEN for state in held.values())
    if bad:
        tone = BAD
    else:
        tone = GOOD if proven else ""
    verdict = {BAD: "knocks out", GOOD: "all proven"}.get(tone, "")
    return answer, shown_and_tested(key, held.values()), tone, verdict


def shown_and_tested(key: str, states: Collection[ValueState | CellState]) -> Sentence:
    return say(
        "{} shown, {} tested",
        counted_of(
            f"brief.shown.{key}", sum(state.shown for state in states), len(states)
        ),
        counted_of(
            f"brief.tested.{key}", sum(state.tested for state in states), len(states)
        ),
    )


def named_refs(inputs: Inputs, refs: list[str]) -> str:
    texts = {row["ref"]: row["text"] for row in inputs["requirements"]}
    named = [named_ref(ref, texts.get(ref, "")) for ref in refs[:MOST]]
    more = len(refs) - MOST
    if more <= 0:
        return listed(named)
    return f"{', '.join(named)} and {more} more"


@dataclass(frozen=True, slots=True)
class AnsweredBrief:
    key: str
    name: str
    rows: tuple[BriefAnswer, ...]


def answered_briefs(
    memo: Memo,
    *,
    prices: bool,
    states: States = cell_states,
    readings: Mapping[str, str] | None = None,
) -> list[AnsweredBrief]:
    """The brief as every finalist answers it, who was chosen first; without `prices`
    what it costs stays sealed. Memos from before the lists say nothing of them.
    `readings` are the newest values of metrics after the award, by name."""
    inputs = memo["inputs"]
    finalists = sorted(
        (row for row in inputs["candidates"] if row["state"] in CHOOSABLE),
        key=lambda row: (row["id"] != inputs["choice"]["candidate"], row["name"]),
    )
    return [
        AnsweredBrief(
            row["id"],
            row["name"],
            tuple(
                _answers(
                    *(row, memo, states(row, inputs)),
                    prices=prices,
                    readings=readings or {}
                    if row["id"] == inputs["choice"]["candidate"]
                    else {},
                )
            ),
        )
        for row in finalists
    ]


type Asked = tuple[BriefAnswer, list[tuple[str, BriefAnswer | None]]]


def by_question(briefs: Collection[AnsweredBrief]) -> list[Asked]:
    """Each question once, with the answer of every finalist by name."""
    answers_by_question: dict[tuple[str, str], dict[str, BriefAnswer]] = {}
    for brief in briefs:
        for row in brief.rows:
            question = (row.question, str(row.wanted))
            answers = answers_by_question.setdefault(question, {})
            answers[brief.key] = row
    return [
        (
            next(iter(rows.values())),
            [(brief.name, rows.get(brief.key)) for brief in briefs],
        )
        for rows in answers_by_question.values()
    ]


def _answers(
    candidate: FrozenCandidate,
    memo: Memo,
    states: Mapping[str, CellState],
    *,
    prices: bool,
    readings: Mapping[str, str],
) -> Iterator[BriefAnswer]:
    inputs = memo["inputs"]
    result = memo["results"][candidate["id"]]
    if knows_lists(inputs):
        yield from list_answers(inputs, candidate["id"], states)
    yield from _date(candidate, inputs, states)
    yield from _budget(candidate["id"], inputs["brief"], result["cost"], prices=prices)
    yield from _support(candidate, inputs, result["cost"], prices=prices)
    if "effort" in candidate:
        sums = EffortSums(candidate["effort"].values(), inputs["brief"])
        vendors, ours, others = map(sums.words, sums.days.values())
        answer = f"our days {ours}, the vendor’s {vendors}, third parties’ {others}"
        unsaid = f"{sums.not_stated} of {sums.of} not stated"
        proof = "; ".join(filter(None, (unsaid, sums.took)))
        yield BriefAnswer("Effort to meet", "days, and whose", answer, proof)
    yield from _metrics(candidate["id"], inputs, states, readings)


def _date(
    candidate: FrozenCandidate, inputs: Inputs, states: Mapping[str, CellState]
) -> Iterator[BriefAnswer]:
    wanted = day(inputs["brief"]["must_run_by"])
    if wanted is None:
        return
    musts = {row["ref"] for row in inputs["requirements"] if row["priority"] == "must"}
    late = {
        ref
        for ref in musts
        for _, planned in planned_values(states[ref])
        if planned > wanted
    }
    months = candidate["months_to_live"]
    answer: Part = "not stated"
    tone = ""
    if months is not None:
        today = datetime.date.fromisoformat(inputs["as_of"])
        live = today + datetime.timedelta(days=round(float(months) * 365.25 / 12))
        # Counted from the decision: a day would move while the words wait for names.
        figure = money(f"brief.live.{candidate['id']}", months)
        answer = say("{} months after the decision", figure)
        tone = BAD if live > wanted else GOOD
    if months is not None:
        proof = "an estimate of ours"
    else:
        proof = "–"
    if late:
        proof = f"must-haves planned for later: {named_refs(inputs, sorted(late))}"
        tone = BAD
    verdict = {BAD: "too late", GOOD: "in time"}.get(tone, "")
    by = written_day(wanted.isoformat())
    yield BriefAnswer("Running by", by, answer, proof, tone, verdict)


def _budget(
    key: str, brief: OwnedBrief, cost: FrozenCost, *, prices: bool
) -> Iterator[BriefAnswer]:
    kinds = counted_of(f"cost.known.{key}", cost["known"], cost["kinds"])
    known = say("{} kinds of cost known", kinds)
    for limit in cost.get("limits", ()):
        most = money(f"brief.limit.{limit['name']}", limit["limit"])
        wanted = say("{} {}", most, brief["currency"])
        question = f"Budget, {limit['name']}"
        if not prices:
            yield BriefAnswer(question, wanted, "sealed", known)
            continue
        if not cost["known"]:
            yield BriefAnswer(question, wanted, "no price known", known)
            continue
        over = Decimal(limit["likely"]) > Decimal(limit["limit"])
        likely_one = money(f"brief.likely.{key}.{limit['name']}", limit["likely"])
        answer = say("likely {} {}", likely_one, brief["currency"])
        whole = cost["known"] == cost["kinds"]
        if over:
            tone = BAD
        else:
            tone = GOOD if whole else ""
        verdict = {BAD: "over", GOOD: "within"}.get(tone, "")
        yield BriefAnswer(question, wanted, answer, known, tone, verdict)


# What its costs say of support where nobody says how much of it is offered.
BOUGHT = {
    "priced": "a support contract at a price; how much is not stated",
    "included": "a support contract is included; how much is not stated",
    "excluded": "no support contract; what comes without is not stated",
}


def support_words(kind: str) -> str:
    """“round the clock”."""
    return kind.replace("_", " ")


def _support(
    candidate: FrozenCandidate, inputs: Inputs, cost: FrozenCost, *, prices: bool
) -> Iterator[BriefAnswer]:
    wanted = inputs["brief"]["support_wanted"]
    noted = candidate.get("support_offered", "")
    stated = candidate.get("support_stated")
    offered = stated["kind"] if stated else noted
    if not wanted and not offered:
        return
    proof = "–"
    answer = "not stated"
    if prices:
        kinds = frozen_kinds(inputs.get("kinds"))
        names = {kind.name for kind in kinds if kind.counts_as == SUPPORT}
        rows = [row for row in cost["rows"] if row["kind"] in names]
        states = {row["state"] for row in rows}
        bought = next((state for state in BOUGHT if state in states), "")
        if bought:
            proof = "its price is known"
        else:
            proof = "its price is not stated"
        answer = BOUGHT.get(bought, answer)
        offers = {row.get("offered") or "" for row in candidate["cost_lines"]} - {""}
        if bought and offers:
            answer = f"{answer.partition(';')[0]}: {'; '.join(sorted(offers))}"
    if offered:
        answer = str(SupportWanted(offered).label)
    if stated:
        answer = f"{support_words(offered)}, stated by the vendor"
        answer += f": {stated['text']}" if stated["text"] else ""
        if noted:
            noted_text = f"noted by us: {support_words(noted)}"
        else:
            noted_text = ""
        parts = (noted_text, proof.strip("–"))
        proof = "; ".join(part for part in parts if part) or "–"
    tone = ""
    order = list(SupportWanted.values)
    if wanted and offered:
        if order.index(offered) >= order.index(wanted):
            tone = GOOD
        else:
            tone = BAD
    yield BriefAnswer(
        "Support",
        str(SupportWanted(wanted).label) if wanted else "not stated",
        answer,
        proof,
        tone,
        {BAD: "less than wanted", GOOD: "as wanted"}.get(tone, ""),
    )


def metric_words(
    key: str, standings: Mapping[str, str], inputs: Inputs, reading: str = ""
) -> tuple[Part, str]:
    """How far what moves a metric is proven; no metric is met before it is measured."""
    refuted = [
        ref for ref, standing in standings.items() if standing == Standing.REFUTED
    ]
    proven = [ref for ref, standing in standings.items() if standing == Standing.PROVEN]
    if reading or not standings:
        return reading or "no requirement moves it", ""
    if refuted:
        number = counted_of(f"brief.refuted.{key}", len(refuted))
        return say("{} refuted: {}", number, named_refs(inputs, refuted)), BAD
    if len(proven) == len(standings):
        return "all proven", GOOD
    number = counted_of(f"brief.proven.{key}", len(proven), len(standings))
    return say("{} proven", number), ""


def _metrics(
    key: str,
    inputs: Inputs,
    states: Mapping[str, CellState],
    readings: Mapping[str, str],
) -> Iterator[BriefAnswer]:
    for metric in inputs["metrics"]:
        name = metric["name"]
        moving = {
            row["ref"]: states[row["ref"]]
            for row in inputs["requirements"]
            if row["metric"] == name and not states[row["ref"]].not_applicable
        }
        standings = {ref: str(cell.standing) for ref, cell in moving.items()}
        reading = readings.get(name, "")
        answer, tone = metric_words(f"{key}.{name}", standings, inputs, reading)
        proof = shown_and_tested(f"{key}.{name}", moving.values()) if moving else "–"
        wanted = f"{metric['baseline'] or 'today'} → {metric['target'] or 'better'}"
        if reading:
            verdict = "newest reading"
        else:
            verdict = ""
        yield BriefAnswer(name, wanted, answer, proof, tone, verdict)


def effort_rows(memo: Memo) -> list[tuple[str, ...]]:
    """A head and a line of each option that is compared; none where efforts were not
    asked for, as in memos of before."""
    inputs = memo["inputs"]
    results = memo["results"]
    efforts = [
        (row["name"], EffortSums(row["effort"].values(), inputs["brief"]).rows)
        for row in inputs["candidates"]
        if "effort" in row and pursued(row, results[row["id"]])
    ]
    head = [("Option", *rows) for _, rows in efforts[:1]]
    return head + [
        (name, *(text or "–" for text in rows.values())) for name, rows in efforts
    ]


HEAD = ("The brief asks", "Wanted", "Answer", "How far it is proven")


def own_answers(inputs: Inputs) -> str:
    return bullets(
        f"{inline(label)}: {inline(answer)}"
        for label, answer in inputs.get("brief_questions", ())
        if answer
    )


def brief_of_choice(inputs: Inputs, results: Results) -> str:
    compared = finalists(inputs, results)
    choice = inputs["choice"]["candidate"]
    if chosen := [finalist for finalist in compared if finalist.key == choice]:
        return brief_table(chosen[0])
    return "\n\n".join(map(named_table, compared))


def briefs_of_others(inputs: Inputs, results: Results) -> str:
    compared = finalists(inputs, results)
    choice = inputs["choice"]["candidate"]
    if all(finalist.key != choice for finalist in compared):
        return ""
    others = (finalist for finalist in compared if finalist.key != choice)
    return "\n\n".join(map(named_table, others))


def finalists(inputs: Inputs, results: Results) -> list[AnsweredBrief]:
    if not knows_lists(inputs):
        return []
    memo: Memo = {"inputs": inputs, "results": results}
    return [brief for brief in answered_briefs(memo, prices=True) if brief.rows]


def named_table(finalist: AnsweredBrief) -> str:
    return f"**{inline(finalist.name)}**\n\n{brief_table(finalist)}"


def brief_table(finalist: AnsweredBrief) -> str:
    rows = ((row.question, row.wanted, row.answer, row.proof) for row in finalist.rows)
    return table(HEAD, rows)


def pursued(row: FrozenCandidate, result: CandidateResult) -> bool:
    """Whether an option has a row, a bar and a mark: whoever answered or quoted, is or
    was a finalist, or is no purchase. Of all others a sentence gives the names."""
    return (
        row["kind"] in ("build", "as_is")
        or row["state"] in CHOOSABLE
        or bool(result["answered"] or result["tested"] or result["cost"]["known"])
    )


def price_gap(
    inputs: Inputs, results: Results, key: str, quote: Callable[[str], str] = str
) -> Sentence:
    """One sentence about `key` beside the cheapest other that has a row, be it
    eliminated; blank without a price of both. Only for readers to whom prices are
    open."""
    rows = {row["id"]: row for row in inputs["candidates"]}
    others = [
        other
        for other, row in rows.items()
        if other != key
        and pursued(row, results[other])
        and results[other]["cost"]["known"]
    ]
    if key not in rows or not results[key]["cost"]["known"] or not others:
        return BLANK
    cheapest = min(others, key=lambda other: likely(results[other]))
    gap = likely(results[key]) - likely(results[cheapest])
    name = quote(rows[key]["name"])
    other = quote(rows[cheapest]["name"])
    if rows[cheapest]["state"] == "eliminated":
        out = ", which was eliminated"
    else:
        out = ""
    currency = inputs["brief"]["currency"]
    distance = say("{} {}", money(f"gap.{key}", abs(gap)), currency)
    end = f"{other}, the {'cheapest of the others' if gap > 0 else 'next cheapest'}"
    much = say("{} {} than {}", distance, "more" if gap > 0 else "less", end)
    unknown = [
        say("{} kinds of cost of {}", figure, quote(rows[option]["name"]))
        for option in (key, cheapest)
        if (figure := unknown_kinds(option, results[option]["cost"])).exact
    ]
    if unknown:
        perhaps = " Not known are {}, so the gap may be another."
    else:
        perhaps = "{}"
    return say(
        "{} likely costs {}{}.{}",
        name,
        much if gap else f"as much as {other}",
        out,
        say(perhaps, joined(unknown, " and ")),
    )


def likely(result: CandidateResult) -> Decimal:
    return Decimal(result["cost"]["likely"])
