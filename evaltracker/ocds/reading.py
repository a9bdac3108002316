"""What of an OCDS file starts an evaluation: plain facts, nothing is written here.

Reads a release package, a record package, one release, and a tender of Prozorro.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from evaltracker.errors import Invalid
from evaltracker.evaluations.choices import Priority
from evaltracker.ocds.picking import amount, day, first, line, part, roles, rows, text
from evaltracker.portable.reading import read_json

LIMIT = 20 * 2**20
LABELS = {priority.label: priority for priority in Priority}
# A requirement that expects a value can be failed.
EXPECTING = ("expectedValue", "expectedValues", "minValue", "maxValue")
HEAVIEST = 10


@dataclass(frozen=True, slots=True)
class Needed:
    ref: str
    category: str
    text: str
    priority: Priority
    vendor_help: str = ""
    weight: int = 5


@dataclass(slots=True)
class Offered:
    """One tenderer, and what it asked for."""

    name: str
    amount: Decimal | None = None
    currency: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Start:
    """What an evaluation is started from."""

    title: str
    buyer: str
    problem: str
    ocid: str
    currency: str
    budget: Decimal | None
    must_run_by: datetime.date | None
    answers_until: str
    requirements: list[Needed] = field(default_factory=list)
    offers: list[Offered] = field(default_factory=list)


def read_ocds(content: bytes) -> Start:
    """The facts of the newest release in a file.

    Raises:
        Invalid: no JSON, or nothing in it says what is bought.

    """
    release = newest(read_json(content, LIMIT))
    tender, planning = part(release, "tender"), part(release, "planning")
    budget = part(planning, "budget")
    title = line(tender.get("title") or budget.get("project"))
    if not title:
        raise Invalid(
            "Nothing in the file says what is bought: an OCDS release has a "
            "tender with a title, or a planning with a project."
        )
    envelope = amount(budget.get("amount") or tender.get("value"))
    period = part(tender, "contractPeriod") or part(
        first(release.get("awards")), "contractPeriod"
    )
    needed = [*requirements_asked(tender), *features(tender)] or list(items(release))
    offered = offers(release)
    return Start(
        title=title[:150],
        buyer=line(buyer_of(release))[:150] or "Unnamed buyer",
        problem=text(planning.get("rationale") or tender.get("description")),
        ocid=line(release.get("ocid") or release.get("tenderID")),
        currency=envelope[1]
        or next((offer.currency for offer in offered), "")
        or "USD",
        budget=envelope[0],
        must_run_by=day(period.get("startDate")),
        answers_until=line(part(tender, "tenderPeriod").get("endDate")),
        requirements=once(needed),
        offers=offered,
    )


def newest(found: Any) -> dict[str, Any]:
    """What is told last of each part; a tender of Prozorro is put where it belongs."""
    whole = found if isinstance(found, dict) else {}
    if isinstance(whole.get("records"), list):
        record = first(whole["records"])
        whole = part(record, "compiledRelease") or {"releases": record.get("releases")}
    if isinstance(whole.get("releases"), list):
        dated = rows(whole, "releases")
        dated.sort(key=lambda row: str(row.get("date", "")))
        # A release may tell only what is new, so the newest word of each counts.
        whole = {name: told for row in dated for name, told in row.items() if told}
    inner = part(whole, "data") or whole
    if "tender" not in inner and "title" in inner and "tenderID" in inner:
        return {**inner, "tender": inner}
    return inner


def buyer_of(release: dict[str, Any]) -> Any:
    """Who buys: named as such, or by role."""
    named = part(release, "buyer").get("name")
    for row in rows(release, "parties"):
        if named is None and "buyer" in roles(row):
            named = row.get("name")
    return named or part(release["tender"], "procuringEntity").get("name")


def requirements_asked(tender: dict[str, Any]) -> Iterator[Needed]:
    """The requirements of the criteria; cancelled ones are not asked any more."""
    for at, criterion in enumerate(rows(tender, "criteria"), start=1):
        category = line(criterion.get("title"))[:150] or f"Criterion {at}"
        number = 0
        for group in rows(criterion, "requirementGroups"):
            hint = line(group.get("description"))
            for row in rows(group, "requirements"):
                if row.get("status") == "cancelled":
                    continue
                number += 1
                yield requirement(row, category, f"C{at}.{number}", hint)


def requirement(row: dict[str, Any], category: str, ref: str, hint: str) -> Needed:
    """One requirement: ours when its group is called as our priorities are."""
    title, words = text(row.get("title")), text(row.get("description"))
    if hint in LABELS:
        return Needed(title or ref, category, words or title, LABELS[hint])
    must = any(row.get(name) not in (None, "", []) for name in EXPECTING)
    return Needed(
        ref,
        category,
        "\n\n".join(filter(None, [title, words])) or ref,
        Priority.MUST if must else Priority.SHOULD,
        vendor_help=hint,
    )


def features(tender: dict[str, Any]) -> Iterator[Needed]:
    """What is rated beside the price: its share becomes a weight up to 10."""
    told = rows(tender, "features")
    shares = [max(map(share, rows(row, "enum")), default=0.0) for row in told]
    most = max(shares, default=0.0)
    for at, (row, best) in enumerate(zip(told, shares, strict=True), start=1):
        options = "; ".join(line(option.get("title")) for option in rows(row, "enum"))
        yield Needed(
            f"F{at}",
            "Rated features",
            text(row.get("title")) or f"Feature {at}",
            Priority.SHOULD,
            vendor_help=text(options),
            weight=round(HEAVIEST * best / most) if most else 5,
        )


def share(option: dict[str, Any]) -> float:
    """What an option of a feature adds."""
    found = option.get("value")
    return float(found) if isinstance(found, int | float) and found > 0 else 0.0


def items(release: dict[str, Any]) -> Iterator[Needed]:
    """What is bought, where nobody says what is required of it."""
    tender = release["tender"]
    listed = rows(tender, "items") or rows(first(release.get("awards")), "items")
    for at, row in enumerate(listed, start=1):
        unit = line(part(row, "unit").get("name"))
        many = line(row.get("quantity"))
        words = text(row.get("description")) or f"Item {at}"
        counted = f" ({many} {unit})" if many and unit else ""
        yield Needed(f"I{at}", "Items", f"{words}{counted}", Priority.SHOULD)


def once(needed: list[Needed]) -> list[Needed]:
    """The first of each ref."""
    found = {need.ref: need for need in reversed(needed)}
    return [need for need in needed if found[need.ref] is need]


def offers(release: dict[str, Any]) -> list[Offered]:
    """Everybody who tendered, by name, with the newest price that is told."""
    found: dict[str, Offered] = {}

    def offer(name: Any, value: Any = None, source: str = "") -> None:
        called = line(name)[:150]
        if not called:
            return
        one = found.setdefault(called, Offered(called))
        price, currency = amount(value)
        if price is not None:
            one.amount, one.currency, one.source = price, currency, source

    for row in rows(release["tender"], "tenderers"):
        offer(row.get("name"))
    for row in rows(release, "parties"):
        if {"tenderer", "supplier"} & roles(row):
            offer(row.get("name"))
    for bid in rows(release, "bids"):
        for row in rows(bid, "tenderers"):
            offer(row.get("name"), bid.get("value"), "bid")
    for award in rows(release, "awards"):
        for row in rows(award, "suppliers"):
            offer(row.get("name"), award.get("value"), "award")
    return list(found.values())
