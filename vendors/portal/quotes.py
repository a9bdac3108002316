"""The vendor's prices: one form for all of the schedule, looked over in words, then
handed in as one."""

from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from evaltracker.enumerations import Recurrence
from evaltracker.errors import Invalid, Problem
from evaltracker.money import currency_choices
from evaltracker.rows.cells import meanings_of
from evaltracker.toolbox.days import database_now
from evaltracker.toolbox.files import TYPES, download
from evaltracker.toolbox.languages import listed, moment, money, number
from vendors import answers
from vendors.choices import (
    PRICING_CHOICES,
    RECURRENCE_CHOICES,
    RECURRENCE_LABELS,
    QuoteState,
)
from vendors.costs import SUPPORT, CostKind, kind_named
from vendors.models import Candidate, Quote, VendorSession
from vendors.portal import access
from vendors.portal.claims import address
from vendors.selectors import costs
from vendors.selectors.access import people_of, reader_of
from vendors.services import quotes
from vendors.services.access import actor_in_pages
from vendors.sheets import HEAD, read_prices, write_prices
from vendors.sheets import PRICES as SHEET

# Folded away while they are as the buyer asks, or say nothing.
RARE = ("low", "high", "quantity", "unit", "recurrence", "label", "pricing", "tiers")


@dataclass(frozen=True, slots=True)
class PriceBox:
    name: str
    value: str
    wrong: list[str]
    # As which numbers it can be read, if there are two: as typed, and for people.
    readings: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class PriceRow:
    kind: CostKind
    # What a line of it starts with; its label is that of a part that is asked.
    asked: answers.Typed
    boxes: dict[str, PriceBox]
    # Whether another line of the kind can be added below it.
    is_last: bool

    @property
    def shows_more(self) -> bool:
        rare = RARE if self.kind.counts_as == SUPPORT else (*RARE, "note")
        return any(
            self.boxes[name].wrong or self.boxes[name].value != self.asked[name]
            for name in rare
        )


def boxes_of(
    typed: dict[str, str],
    wrong: dict[str, list[str]],
    currency: str = "",
    before: str = "",
) -> dict[str, PriceBox]:
    """The fields by name; `before` tells those of one line from another's."""
    boxes = {}
    for name, text in typed.items():
        sentences = wrong.get(_place(before, name), [])
        is_number = name in (*answers.AMOUNTS, "quantity") and sentences
        kind = answers.kind_of(name, currency, typed.get("pricing", ""))
        if is_number:
            readings = meanings_of(text, *kind)
        else:
            readings = []
        boxes[name] = PriceBox(f"{before}{name}", text, sentences, readings)
    return boxes


def _place(before: str, name: str) -> str:
    if before:
        return f"{before[:-1]}.{name}"
    return name


def form_rows(
    rows: list[answers.Typed],
    wrong: dict[str, list[str]],
    candidate: Candidate,
    currency: str,
) -> list[PriceRow]:
    kinds = costs.kinds_for(candidate)
    shown = []
    for index, typed in enumerate(rows):
        kind = kind_named(typed["kind"], kinds)
        if index + 1 < len(rows):
            following = rows[index + 1]["kind"]
        else:
            following = ""
        row = PriceRow(
            kind=kind,
            asked=answers.new_row(kind, typed["label"]),
            boxes=boxes_of(typed, wrong, currency, f"{index}-"),
            is_last=following != typed["kind"],
        )
        shown.append(row)
    return shown


CHOICES = {
    "states": [("", _lazy("A price")), *QuoteState.choices[1:]],
    "recurrences": RECURRENCE_CHOICES,
    "pricings": PRICING_CHOICES,
}


def _looked_over(
    looked: quotes.NotLookedOver,
    currency: str,
    candidate: Candidate,
    before: Quote | None,
) -> dict[str, Any]:
    """What each line comes to, how many times more or less than in the revision before
    if that may be read, and what is not stated."""
    is_same = before is not None and before.currency == currency
    if before and is_same:
        kept = quotes.read_lines(before.lines or ())
    else:
        kept = []
    former = {_place_of(line): _amount(line) for line in kept}
    lines = []
    for line in looked.lines:
        old = former.get(_place_of(line))
        new = _amount(line)
        more, less = (new // old, old // new) if old and new else (0, 0)
        shown = {"line": line, "sum": new, "more": more, "less": less}
        counted = f"{number(line.quantity)} {line.unit}".strip()
        lines.append({**shown, "counted": counted})
    stated = {(line.kind, part) for line in looked.lines for part in ("", line.label)}
    missing = [
        quotes.QuotedLine(kind=row.kind, label=row.part, called=row.name).name
        for row in costs.schedule_for(candidate)
        if (row.kind, row.part) not in stated
    ]
    return {
        "digest": looked.digest,
        "lines": lines,
        "missing": listed(missing),
        "totals": quotes.totals_of(looked.lines).items(),
        "currency": currency,
        "before": before and before.handed_in_at,
        "valid_until": looked.valid_until,
    }


def _place_of(line: quotes.QuotedLine) -> tuple[str, ...]:
    return line.kind, line.label, line.recurrence


def _amount(line: quotes.QuotedLine) -> Decimal:
    return sum(quotes.totals_of([line]).values(), Decimal(0))


@access.session_page(*access.FORM)
def quote(request: HttpRequest, session: VendorSession) -> HttpResponse:
    candidate = session.link.candidate
    reader = reader_of(session)
    standing = answers.rows_of(costs.standing_quote(candidate, reader), candidate)
    if request.method != "POST":
        return _shown(request, session, standing)
    rows = answers.typed_rows(request.POST, candidate)
    head = {name: request.POST.get(name, "")[:20] for name in HEAD}
    if "add" in request.POST:
        rows = answers.with_another(rows, request.POST["add"], candidate)
        return _shown(request, session, rows, head=head)
    then = request.POST.get("then", "")
    by = actor_in_pages(session.link)
    try:
        if then == "withdraw":
            rows = standing
            head = {}
            quotes.withdraw_quote(candidate=candidate, by=by, reader=reader)
            return redirect(address(session, "quote"))
        if then == "sheet":
            rows, head = _from_sheet(request, candidate, head)
        quotes.hand_in_quote(
            candidate=candidate,
            currency=head["currency"],
            valid_until=answers.valid_until_in(head["valid_until"]),
            lines=answers.lines_in(rows, head["currency"]),
            by=by,
            reader=reader,
            readers=request.POST.getlist("readers"),
            shown=request.POST.get("shown", "") if then == "hand_in" else "",
        )
        return redirect(address(session, "quote"))
    except Problem as problem:
        return _shown(request, session, rows, head=head, problem=problem, then=then)


@access.session_page(*access.READ)
def sheet(request: HttpRequest, session: VendorSession) -> HttpResponse:
    candidate = session.link.candidate
    stands = costs.standing_quote(candidate, reader_of(session))
    if request.method != "HEAD":
        quotes.note_read(quote=stands, key=session)
    content = write_prices(
        answers.rows_of(stands, candidate),
        _head(candidate, stands),
        costs.kinds_for(candidate),
    )
    return download(content, name="prices.xlsx", content_type=TYPES["xlsx"])


def _from_sheet(
    request: HttpRequest, candidate: Candidate, head: dict[str, str]
) -> tuple[list[answers.Typed], dict[str, str]]:
    missing = _("Choose a file first, then read it into the form.")
    file = access.chosen_file(request, "sheet", missing)
    read, new_head = read_prices(*file, costs.kinds_for(candidate))
    filled = answers.filled_rows(read, candidate)
    return filled, {name: new_head[name] or head[name] for name in HEAD}


def _shown(
    request: HttpRequest,
    session: VendorSession,
    rows: list[answers.Typed],
    *,
    head: dict[str, str] | None = None,
    problem: Problem | None = None,
    then: str = "",
) -> HttpResponse:
    candidate = session.link.candidate
    now = database_now()
    reader = reader_of(session)
    sent = costs.own_quotes(candidate, reader)
    last = sent[0] if sent else None
    if last is None or last.is_withdrawn:
        stands = None
    else:
        stands = last
    # Under what is withheld stands the last that they may read.
    readable = next((quote for quote in sent if quote.lines), None)
    shown = readable if stands else None
    ticked = set(request.POST.getlist("readers"))
    if "shown" not in request.POST and stands and stands.lines:
        ticked = set(stands.readers.values_list("email", flat=True))
    if request.method != "HEAD":
        quotes.note_read(quote=shown, key=session)
    if isinstance(problem, Invalid):
        wrong = answers.by_row(problem.errors, rows)
    else:
        wrong = {}
    head = head or _head(candidate, stands)
    looked = None
    if isinstance(problem, quotes.NotLookedOver):
        before = next((quote for quote in sent if not quote.is_withdrawn), None)
        looked = _looked_over(problem, head["currency"], candidate, before)
        if then != "hand_in":
            problem = None
    standing: dict[str, Any] = {}
    if last:
        standing |= _handed_in(last, session)
    if shown:
        standing |= _standing(shown, candidate)
    return access.show(
        request,
        session,
        "quote.html",
        status=problem.status if problem else HTTPStatus.OK,
        deadline=access.deadline_of(candidate.evaluation, now),
        sealed=costs.is_sealed(candidate.evaluation, now),
        problem=_sentence(problem, wrong),
        first_wrong=next(iter(wrong), "").replace(".", "-"),
        is_read=then == "sheet" and "file" not in wrong,
        looked=looked,
        head=boxes_of(head, wrong),
        rows=form_rows(rows, wrong, candidate, head["currency"]),
        currencies=[code for code, _ in currency_choices()],
        last=last,
        stands=stands,
        quote=shown,
        people=people_of(candidate).exclude(email__iexact=reader),
        ticked=ticked,
        **standing,
        **CHOICES,
    )


def _sentence(problem: Problem | None, wrong: dict[str, Any]) -> str:
    if problem is None:
        return ""
    if not wrong or "lines" in wrong:
        return " ".join(wrong.get("lines", [])) or problem.sentence
    if any(place.startswith(("file", f"{SHEET}.")) for place in wrong):
        cells = [
            f"{place.removeprefix(f'{SHEET}.')}: {' '.join(sentences)}"
            for place, sentences in wrong.items()
            if place != "file"
        ]
        return " ".join([problem.sentence, *cells])
    fields = ngettext(
        "%(count)s field needs another look; nothing was handed in.",
        "%(count)s fields need another look; nothing was handed in.",
        len(wrong),
    )
    return fields % {"count": len(wrong)}


def _head(candidate: Candidate, stands: Quote | None) -> dict[str, str]:
    if stands is None or stands.is_withheld:
        return {"currency": candidate.evaluation.currency, "valid_until": ""}
    return {"currency": stands.currency, "valid_until": stands.valid_until.isoformat()}


def _handed_in(last: Quote, session: VendorSession) -> dict[str, Any]:
    zone = session.link.candidate.evaluation.zone
    by = last.handed_in_by.removeprefix(f"{session.link.vendor.name} (")
    return {
        "handed_in_at": moment(last.handed_in_at, zone),
        "by_token": by.startswith("token "),
        "by": by.removesuffix(")"),
    }


def _standing(shown: Quote, candidate: Candidate) -> dict[str, Any]:
    lines = quotes.read_lines(shown.lines)
    return {
        "shown_at": moment(shown.handed_in_at, candidate.evaluation.zone),
        "lines": [
            (
                line.name,
                QuoteState(line.state).label,
                line,
                RECURRENCE_LABELS[Recurrence(line.recurrence)],
            )
            for line in lines
        ],
        "totals": [
            (RECURRENCE_LABELS[Recurrence(due)], money(amount, shown.currency))
            for due, amount in quotes.totals_of(lines).items()
        ],
    }
