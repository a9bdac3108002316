"""The memo's words: why this one, what would change our mind, who disagreed, the brief
answered. These stand first, under the first page's figures; the working stands behind
them, after the heading that begins with `APPENDIX`.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from evaltracker.decision.memo.brief import (
    brief_of_choice,
    briefs_of_others,
    own_answers,
)
from evaltracker.decision.memo.certainty import need_names, weighed
from evaltracker.decision.memo.chosen import (
    KINDS,
    ahead_of,
    chosen_of,
    costs_really,
    options,
    said_by,
    working,
)
from evaltracker.decision.memo.html import APPENDIX
from evaltracker.decision.memo.markdown import block, bullets, day, inline, section
from evaltracker.decision.memo.numbers import numbers_table
from evaltracker.decision.memo.results import CHOOSABLE
from evaltracker.money import written
from evaltracker.requirements.price_names import is_about_price
from evaltracker.toolbox.text import listed
from stakeholders.choices import Role
from vendors.holds_for import named_words


def write_memo(inputs: dict[str, Any], results: dict[str, Any]) -> str:
    """The memo as Markdown; every embedded text is escaped."""
    brief = inputs["brief"]
    chosen, choice = chosen_of(inputs), inputs["choice"]
    parts = [
        f"# Decision memo: {inline(brief['title'])}",
        f"{inline(brief['buyer'])}. Prepared by {inline(brief['owner'])}.",
        section("Why this one", decision(inputs, results, chosen)),
        section("What would change our mind", block(choice["revisit_when"])),
        section("Dissent", block(choice["dissent"]) or "None was recorded."),
        section("The brief, answered", brief_of_choice(inputs, results)),
        section("What it really costs", costs_really(inputs, results, chosen)),
        section("How sure the first place is", robustness(inputs, results)),
        section("Options compared", options(inputs, results)),
        section("Claimed and measured", numbers_table(inputs, results)),
        section("Conditions", conditions(inputs)),
        section("Rules waived and knock-outs excused", exceptions(inputs)),
        section("Eliminated", eliminated(inputs)),
        f"## {APPENDIX}: what it rests on",
        section("What was needed", needs(inputs)),
        working(inputs, results, chosen),
        section("The brief, answered by others", briefs_of_others(inputs, results)),
        section("What the score meeting settled", meeting(inputs)),
        section("Who said it", said_by(inputs, results)),
        section("Interests declared", record_interests(inputs)),
        section("Who signed before", signed(inputs)),
        section("How this was counted", method(inputs)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def decision(
    inputs: dict[str, Any], results: dict[str, Any], chosen: dict[str, Any] | None
) -> str:
    """What is chosen, why, and how far ahead it is."""
    if chosen is None:
        return "No candidate is chosen yet."
    kind = KINDS[chosen["kind"]].lower()
    return "\n\n".join(
        part
        for part in (
            f"**{inline(chosen['name'])}** ({kind}).",
            block(inputs["choice"]["rationale"]),
            ahead_of(inputs, results, chosen),
        )
        if part
    )


def drivers(inputs: dict[str, Any]) -> str:
    """What weighs most, by category."""
    weighty = sorted(
        (category for category in inputs["categories"] if category["weight"]),
        key=lambda row: (-row["weight"], row["name"]),
    )
    named = ", ".join(
        f"{inline(row['name'])} (weight {row['weight']})" for row in weighty[:5]
    )
    if not named:
        return ""
    weighed_price = any(is_about_price(row["name"]) for row in weighty[:5])
    return f"What weighed most: {named}.{f' {price(inputs)}' if weighed_price else ''}"


def price(inputs: dict[str, Any]) -> str:
    """That price is part of no score, or in which categories it is, and why."""
    scored = [
        f"{inline(row['name'])} ({inline(why.strip().removesuffix('.'))})"
        if (why := row.get("price_reason"))
        else f"{inline(row['name'])} (nobody wrote down why)"
        for row in inputs["categories"]
        if row["weight"] and is_about_price(row["name"])
    ]
    if not scored:
        return "Price is part of neither fit nor scores."
    return f"Price is part of fit and scores through {listed(scored)}; else it is not."


def needs(inputs: dict[str, Any]) -> str:
    """The problem, the metrics and how much was asked."""
    brief = inputs["brief"]
    musts = sum(row["priority"] == "must" for row in inputs["requirements"])
    lines = [
        f"{inline(metric['name'])}: {inline(metric['baseline'] or 'today')} → "
        f"{inline(metric['target'] or 'better')}"
        for metric in inputs["metrics"]
    ]
    return "\n\n".join(
        part
        for part in (
            block(brief["problem"]),
            f"It must be running by {day(brief['must_run_by']) or 'no fixed date'}. "
            f"{len(inputs['requirements'])} requirements, {musts} of them must-haves.",
            own_answers(inputs),
            bullets(lines),
        )
        if part
    )


def robustness(inputs: dict[str, Any], results: dict[str, Any]) -> str:
    """Answers that say what the ranking rests on, and what would turn it."""
    said = weighed(inputs, results, inline, "**")
    if said.untold:
        return "\n\n".join(filter(None, (said.untold, drivers(inputs))))
    answers = (said.wins, said.smallest, said.roles)
    return "\n\n".join(
        (
            *filter(None, (drivers(inputs),)),
            bullets([*(sentence for _, sentence in answers), *said.grounds]),
            "What would have to be true for the runner-up to win:",
            bullets(said.second),
        )
    )


def eliminated(inputs: dict[str, Any]) -> str:
    """Who left the race, and why."""
    return bullets(
        f"{inline(candidate['name'])}: {inline(candidate['state_reason'])}"
        for candidate in inputs["candidates"]
        if candidate["state"] == "eliminated"
    )


def method(inputs: dict[str, Any]) -> str:
    """The formula version and how anyone can count again."""
    share = inputs["brief"]["evidence_share"]
    return (
        f"Formula version {inputs['formula_version']}. Fit is the sum of weight × "
        "credit by the weight of all scored requirements; what is unanswered earns "
        f"nothing. Total is {share} × fit and the rest people's scores. "
        f"{price(inputs)}{scale_words(inputs)} "
        "The inputs are frozen with the decision; recalculating from them has to give "
        "the same results, and the decision's page says whether it does."
    )


def origin_of(row: dict[str, Any]) -> str:
    """What the memo says behind such a signature; blank for one given here."""
    if not row.get("imported"):
        return ""
    return ", imported with a file: nobody signed it here"


VERDICTS = {
    "approve": "approved",
    "conditions": "gave a conditional approval",
    "decline": "declined",
    "return": "returned",
}


def exceptions(inputs: dict[str, Any]) -> str:
    """Waived gates and excused knock-outs, with their reasons."""
    waived = [
        f"Waived in {waiver['visit__stage']}: {inline(waiver['rule'])} Reason: "
        f"{inline(waiver['reason'])}"
        for waiver in inputs["waivers"]
    ]
    excused = [
        f"Excused: {inline(excuse['candidate__name'])} on "
        f"{needed(inputs, excuse['requirement__ref'])}{for_values(excuse)}. "
        f"Reason: {inline(excuse['reason'])}"
        + (
            f" Withdrawn on {day(excuse['withdrawn_at'])}: "
            f"{inline(excuse['withdrawn_reason'])}"
            if excuse["withdrawn_at"]
            else ""
        )
        for excuse in inputs["excuses"]
    ]
    return bullets([*waived, *excused]) or "None."


def needed(inputs: dict[str, Any], ref: str) -> str:
    """A requirement by its text, with its reference."""
    return need_names(inputs, [ref], inline)[0]


def for_values(excuse: dict[str, Any]) -> str:
    """For which values it is excused; blank for all, and in memos of before."""
    named = named_words(excuse.get("named_values") or {})
    return f" ({inline(named)})" if named else ""


def record_interests(inputs: dict[str, Any]) -> str:
    """Who declared an interest, and why it was cleared."""
    said = [
        f"{inline(interest['person'])} in {inline(interest['candidate'])}: "
        f"{what_became(interest)}"
        for interest in inputs["interests"]
    ]
    return bullets(said) or "None."


def what_became(interest: dict[str, Any]) -> str:
    """Whether an interest was cleared, and why."""
    if interest["cleared_reason"]:
        return f"cleared by the owner. Reason: {inline(interest['cleared_reason'])}"
    if interest["replaced"]:
        return "told in other words later."
    return "not cleared; it bars from scoring and signing."


def meeting(inputs: dict[str, Any]) -> str:
    """What the meeting came to, and where it moved away from the median."""
    if not inputs["consensus"]:
        return ""
    moved = [
        f"{inline(candidate['name'])}, {inline(row['category__name'])}: "
        f"{row['value']} ({inline(row['reason'])})"
        for candidate in inputs["candidates"]
        for row in candidate["settled"] or ()
    ]
    return "\n\n".join(
        part for part in (block(inputs["consensus"]["outcome"]), bullets(moved)) if part
    )


def signed(inputs: dict[str, Any]) -> str:
    """Sign-offs of earlier stages, each on a document of its own."""
    rows = [
        f"{sign_off['visit__stage'].capitalize()}, {Role(sign_off['role']).label}: "
        f"{inline(sign_off['printed_name'])} {VERDICTS[sign_off['verdict']]} on "
        f"{day(sign_off['signed_at'])}{origin_of(sign_off)}"
        for sign_off in inputs["sign_offs"]
    ]
    return bullets(rows)


def conditions(inputs: dict[str, Any]) -> str:
    """What approvals of earlier stages asked for, and how it was met."""
    asked = [
        f"{inline(condition['text'])} ({inline(condition['closing_note'] or 'open')})"
        for condition in inputs["conditions"]
    ]
    return bullets(asked) or "None was asked for."


def price_gap(
    inputs: dict[str, Any],
    results: dict[str, Any],
    key: str,
    quote: Callable[[str], str] = str,
) -> str:
    """One sentence about `key` beside the cheapest other that can be chosen; blank
    without a price of both. Only for readers to whom prices are open."""
    rows = {row["id"]: row for row in inputs["candidates"]}
    priced = [
        row["id"]
        for row in inputs["candidates"]
        if row["state"] in CHOOSABLE and results[row["id"]]["cost"]["known"]
    ]
    others = [other for other in priced if other != key]
    if key not in priced or not others:
        return ""
    cheapest = min(others, key=lambda other: likely(results[other]))
    gap = likely(results[key]) - likely(results[cheapest])
    name, other = quote(rows[key]["name"]), quote(rows[cheapest]["name"])
    amount = f"{written(abs(gap))} {inputs['brief']['currency']}"
    if gap > 0:
        said = (
            f"{name} likely costs {amount} more than {other}, the cheapest of the "
            "others"
        )
    elif gap < 0:
        said = f"{name} likely costs {amount} less than {other}, the next cheapest"
    else:
        said = f"{name} likely costs as much as {other}"
    return f"{said}.{open_kinds(rows, results, (key, cheapest), quote)}"


def likely(result: dict[str, Any]) -> Decimal:
    """The likely total over the horizon."""
    return Decimal(result["cost"]["likely"])


def open_kinds(
    rows: dict[str, Any],
    results: dict[str, Any],
    keys: tuple[str, ...],
    quote: Callable[[str], str],
) -> str:
    """What makes the comparison uncertain: kinds of cost that nobody knows."""
    said = [
        f"{left} of {cost['kinds']} kinds of cost of {quote(rows[key]['name'])}"
        for key in keys
        if (cost := results[key]["cost"]) and (left := cost["kinds"] - cost["known"])
    ]
    return (
        f" Not known are {' and '.join(said)}, so the gap may be another."
        if said
        else ""
    )


def scale_words(inputs: dict[str, Any]) -> str:
    """A sentence that follows another; nothing where nobody chose words."""
    meanings = inputs.get("scale")
    if not meanings:
        return ""
    said = "; ".join(f"{value} {inline(text)}" for value, text in enumerate(meanings))
    return f" People's scores mean: {said}."
