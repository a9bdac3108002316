"""Of which values of the brief's lists an answer speaks; pure, without Django."""

from collections.abc import Collection, Mapping
from typing import Any, Final

NEVER: Final = "never"
WITHDRAWN: Final = "withdrawn"
SAYS: Final = frozenset({"now", "beta", "planned", "on_request", NEVER})

type ByList = Mapping[str, Collection[str]]


def says(availability: str) -> bool:
    """Whether what is said of a demanded value answers it: the one rule, whoever said
    it. A note without a status, or one of *in part*, answers nothing."""
    return availability in SAYS


def speaks_of(
    list_name: str,
    value: str,
    *,
    means: ByList | None,
    environments: Collection[str],
    availability: str,
) -> bool:
    """Whether an answer speaks of a value.

    `means` are the values by list that it names, None where nothing was said of them:
    then it speaks of the values that its environments name exactly; a *never* without
    any environment, of all. What is withdrawn speaks of none.
    """
    if availability == WITHDRAWN:
        return False
    if means is not None:
        return value in means.get(list_name, ())
    if environments:
        return value in environments
    return availability == NEVER


def answered(
    holds_for: Mapping[str, Any] | None,
    environments: Collection[str],
    availability: str,
    lists: ByList,
) -> set[tuple[str, str]]:
    """The values, each with its list, that a kept answer speaks of: of those that it
    names, retired ones too, else of `lists`."""
    if holds_for is None:
        means = None
    else:
        means = holds_for["means"]
    return {
        (name, value)
        for name, values in (lists if means is None else means).items()
        for value in values
        if speaks_of(
            name,
            value,
            means=means,
            environments=environments,
            availability=availability,
        )
    }


def availabilities(
    holds_for: Mapping[str, Any] | None,
    environments: Collection[str],
    availability: str,
    lists: ByList,
) -> dict[tuple[str, str], str]:
    """What a kept answer says of each value that it speaks of."""
    return {
        (name, value): holds_for["means"][name][value][0] if holds_for else availability
        for name, value in answered(holds_for, environments, availability, lists)
    }
