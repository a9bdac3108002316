"""Figures of a memo by its words alone: Markdown, page, Word and PDF show the same.

A sentence with a figure is found by its words; what stands in its places is compared
with what was counted again. Words are read with all blanks made one.
"""

import re
from collections.abc import Iterator

from tests.recount.ids import Book

NUMBER = r"([\d.,]+|less than 1|more than 99|–)"
GAP = r"[\s|*_:]+"


def plain(text: str) -> str:
    """One line, without what Markdown marks words with."""
    return " ".join(re.sub(r"[*|_\\]|<[^>]*>", " ", text).split())


def figures_in(text: str, book: Book) -> Iterator[tuple[str, str]]:
    """The id of each figure that the words show, and how they show it."""
    words = plain(text)
    names = {row["name"]: row["id"] for row in book.facts.candidates}
    chosen = next(
        row["id"] for row in book.facts.candidates if row["state"] == "chosen"
    )
    of_names = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    categories = "|".join(sorted(map(re.escape, book.recount.names), reverse=True))

    def each(pattern: str, *ids: str) -> Iterator[tuple[str, str]]:
        for match in re.finditer(pattern, words):
            groups = match.groupdict()
            key = names.get(groups.get("name", ""), chosen)
            shown = [one for one in match.groups() if one != groups.get("name")]
            for name, one in zip(ids, shown, strict=True):
                yield name.format(key=key), one

    likeliest = next(iter(book.likely))
    yield from each(rf"Likely first: {NUMBER} of 100", f"sure.likely.{likeliest}")
    for match in re.finditer(r"Likely first: \S+ of 100,? \(([^)]*)\)", words):
        for name, shown in re.findall(rf"({of_names}|nobody) {NUMBER}", match[1]):
            yield f"sure.likely.{names.get(name, name)}", shown
    for match in re.finditer(r"What weighed most, of 100: (.*?)\. ", words):
        for name, shown in re.findall(rf"({categories}|others) {NUMBER}", match[1]):
            yield f"weighs.{name}", shown.rstrip(",.")
    for match in re.finditer(r"Without it: (.*?): (?:price|the same)", words):
        for name, shown in re.findall(rf"({of_names}) {NUMBER}", match[1]):
            yield f"price.without.{names[name]}", shown.rstrip(",")
    yield from each(r"On what .{3,20} tested \((\d+ of \d+)\)", "level.tested")
    yield from each(
        rf"changes the winner: (?:{categories}) decides (\S+) of the result instead of "
        r"(\S+%)",
        "flip.to",
        "flip.from",
    )
    yield from each(
        rf"(?P<name>{of_names}) is {NUMBER} points of 100 behind, with {NUMBER} to "
        r"([\d.]*\d)",
        "second.behind",
        "second.total",
        "second.first",
    )
    yield from each(
        r"decided (\S+) of the result instead of ([\d.]+%)",
        "second.flip.to",
        "second.flip.from",
    )
    yield from each(r"requirements: (\d+ of \d+) points of people", "roles.weight")
    yield from each(
        rf"(?P<name>{of_names}){GAP}(\d+%|–){GAP}(\d+%|–){GAP}([\d.]+|–)"
        r"(?= (?:chosen|in the|elim))",
        "fit.{key}",
        "people.{key}",
        "total.{key}",
    )
    yield from each(
        rf"(?P<name>{of_names}){GAP}([\d,.]+){GAP}([\d,.]+){GAP}([\d,.]+){GAP}"
        r"(\d+ of \d+)(?= kinds)",
        "cost.low.{key}",
        "cost.likely.{key}",
        "cost.high.{key}",
        "cost.unknown.{key}",
    )
    yield from each(
        rf"Total {NUMBER} of 100: fit (\d+%), people’s score (\d+%)",
        "total.{key}",
        "fit.{key}",
        "people.{key}",
    )
    yield from each(
        rf"(?P<name>{of_names}) (?:Buy|Build|Open source|As is) "
        r"(?:shortlisted|chosen|longlisted|eliminated.*?) (\d+%|–) (\d+ of \d+) "
        r"answered · (\d+ of \d+) shown · (\d+ of \d+) tested (\d+%) "
        r"([\d.]+) ([\d,.]+)",
        "fit.{key}",
        "answered.{key}",
        "shown.{key}",
        "tested.{key}",
        "people.{key}",
        "total.{key}",
        "cost.likely.{key}",
    )
    yield from each(
        r"Hours saved (\S+) \w+, less its cost (?:at most )?(\S+), pays back after "
        r"(?:at least )?([\d.]+) months",
        "benefit.worth.{key}",
        "benefit.less_cost.{key}",
        "benefit.months.{key}",
    )
    yield from each(
        r"(\d+) requirements, (\d+) of them must-haves", "needs.all", "needs.musts"
    )
    yield from each(r"Approved: (\d+ of \d+), roles, (\d+) pe", *APPROVED)
    yield from each(r"The best of the others is .{3,80} at ([\d.]*\d)", "second.total")


APPROVED = ("approved.roles", "approved.people")
