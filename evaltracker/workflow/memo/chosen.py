"""What the memo says of the candidate that is chosen."""

from __future__ import annotations

from typing import Any

from evaltracker.workflow.memo.markdown import amount, inline, section, table


def chosen_sections(
    inputs: dict[str, Any], results: dict[str, Any], chosen: dict[str, Any]
) -> str:
    """The chosen candidate's must-haves, promises and cost with its working."""
    result, brief = results[chosen["id"]], inputs["brief"]
    must_rows = [
        (one["ref"], one["text"], result["standings"].get(one["ref"], ""))
        for one in inputs["requirements"]
        if one["priority"] == "must"
    ]
    record = result["promises"]
    promise = (
        f"{record['tested']} promises were tested; below five nothing can be said."
        if record["hidden"]
        else f"Of {record['tested']} promises tested, {record['held']} held, "
        f"{record['partly']} held partly and {record['failed']} failed."
    )
    cost = result["cost"]
    horizon = brief["horizon_months"]
    cost_text = "\n\n".join(
        part
        for part in (
            f"Over {horizon} months: low {amount(cost['low'])}, likely "
            f"{amount(cost['likely'])}, high {amount(cost['high'])} "
            f"{brief['currency']}. Budget: {amount(brief['budget'] or 'none')}.",
            table(
                ("Kind", "State", "Likely", "Working"),
                (
                    (
                        row["kind"],
                        row["state"],
                        amount(row["likely"] or "–"),
                        row["working"],
                    )
                    for row in cost["rows"]
                ),
            ),
            f"Nobody has said: {inline(', '.join(cost['unsaid']))}."
            if cost["unsaid"]
            else "",
            worth(result["value"], brief["currency"]),
        )
        if part
    )
    name = inline(chosen["name"])
    return "\n\n".join(
        [
            section(
                f"Must-haves of {name}",
                table(("Ref", "Requirement", "Standing"), must_rows),
            ),
            section("Promise record", promise),
            section("What it costs", cost_text),
        ]
    )


def worth(value: dict[str, Any] | None, currency: str) -> str:
    """What the hours saved are worth, and what waiting costs."""
    if value is None:
        return "What the hours saved are worth has not been said."
    return (
        f"Hours saved are worth {amount(value['amount'])} {currency} "
        f"({inline(value['working'])}). Value not had until it is live: "
        f"{amount(value['opportunity'])} {currency} "
        f"({inline(value['opportunity_working'])})."
    )
