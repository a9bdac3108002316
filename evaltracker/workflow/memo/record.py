"""What the memo keeps of people: what they let pass, settled, declared and signed."""

from typing import Any

from evaltracker.workflow.memo.imported_signatures import origin_of
from evaltracker.workflow.memo.markdown import block, bullets, day, inline
from evaltracker.workflow.memo.untold_words import need_names
from stakeholders.choices import Role
from vendors.named_values import named_words

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


def interests(inputs: dict[str, Any]) -> str:
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
