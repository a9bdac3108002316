"""What the memo keeps of people: what they let pass, settled, declared and signed."""

from __future__ import annotations

from typing import Any

from evaltracker.workflow.memo.arrived import origin_of
from evaltracker.workflow.memo.markdown import block, bullets, day, inline
from stakeholders.choices import Role

VERDICTS = {
    "approve": "approved",
    "conditions": "approved with conditions",
    "decline": "declined",
    "return": "returned",
}


def exceptions(inputs: dict[str, Any]) -> str:
    """Waived gates and excused knock-outs, with their reasons."""
    waived = [
        f"Waived in {one['visit__stage']}: {inline(one['rule'])} Reason: "
        f"{inline(one['reason'])}"
        for one in inputs["waivers"]
    ]
    excused = [
        f"Excused: {inline(one['candidate__name'])} on "
        f"{inline(one['requirement__ref'])}. Reason: {inline(one['reason'])}"
        + (
            f" Withdrawn on {day(one['withdrawn_at'])}: "
            f"{inline(one['withdrawn_reason'])}"
            if one["withdrawn_at"]
            else ""
        )
        for one in inputs["excuses"]
    ]
    return bullets([*waived, *excused]) or "None."


def interests(inputs: dict[str, Any]) -> str:
    """Who declared an interest, and why it was cleared."""
    said = [
        f"{inline(one['person'])} in {inline(one['candidate'])}: {what_became(one)}"
        for one in inputs["interests"]
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
        f"{inline(one['name'])}, {inline(row['category__name'])}: "
        f"{row['value']} ({inline(row['reason'])})"
        for one in inputs["candidates"]
        for row in one["settled"] or ()
    ]
    return "\n\n".join(
        part for part in (block(inputs["consensus"]["outcome"]), bullets(moved)) if part
    )


def signed(inputs: dict[str, Any]) -> str:
    """Sign-offs of earlier stages, each on a document of its own."""
    rows = [
        f"{one['visit__stage'].capitalize()}, {Role(one['role']).label}: "
        f"{inline(one['printed_name'])} {VERDICTS[one['verdict']]} on "
        f"{day(one['signed_at'])} (document {one['document__sha256'][:8]}"
        f"{origin_of(one)})"
        for one in inputs["sign_offs"]
    ]
    return bullets(rows)


def conditions(inputs: dict[str, Any]) -> str:
    """What approvals of earlier stages asked for, and how it was met."""
    asked = [
        f"{inline(one['text'])} ({inline(one['closing_note'] or 'open')})"
        for one in inputs["conditions"]
    ]
    return bullets(asked) or "None was asked for."
