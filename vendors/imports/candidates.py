"""Candidates in sheets and pasted rows: what columns hold, and what rows become."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from evaltracker.evaluations.choices import SupportWanted
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.importing.kinds import ImportKind, register_import
from evaltracker.rows.cells import key
from evaltracker.rows.subjects import (
    ColumnRole,
    Context,
    ParsedRecord,
    ReadRow,
    Refusal,
    joined,
    options_of,
    roles_of,
)
from evaltracker.toolbox.text import CallFields
from vendors.candidates import IMPORTED, LISTED
from vendors.choices import CandidateKind
from vendors.imports.costs import unique_by_name
from vendors.models import Candidate, Contact, Vendor
from vendors.policy import INVITABLE
from vendors.services.candidates import KIND, import_candidates, known_candidates, undo
from vendors.services.contacts import note_contact

SUPPORT = options_of(SupportWanted.choices)


@register_import
class Candidates(ImportKind):
    slug = KIND
    take_in = staticmethod(partial(import_candidates, note_contact=note_contact))
    take_back = staticmethod(undo)
    known = staticmethod(known_candidates)
    things = "candidates"
    tab = "candidates"
    needs = (
        "One row per candidate with its name. Existing candidates are matched by any "
        "of their names. Columns that the file lacks stay as they are."
    )
    names = "Candidate"
    shown: ClassVar = {"kind": "Kind", "vendor": "Vendor"} | {
        column.name: column.label for column in LISTED
    }
    for_all = ("kind",)
    roles = (
        *roles_of(KIND),
        *(
            ColumnRole(
                *(column.name, column.label, column.reads),
                heads=tuple(dict.fromkeys((column.head, column.label))),
                help=column.sheet_help,
                example=column.example,
            )
            for column in IMPORTED
        ),
    )

    def context(self, evaluation: Evaluation, user: User) -> Context:
        known = known_candidates(evaluation=evaluation)
        names = {name: [name, *values["aliases"]] for (name,), values in known.items()}
        companies = Vendor.objects.values_list("name", "aliases")
        contacts = Contact.objects.current().values_list("vendor__name", "email")
        return Context(
            currency=evaluation.currency,
            candidates=unique(names),
            choices={
                "support_offered": {key(str(label)): word for word, label in SUPPORT}
            },
            options={"kind": tuple(CandidateKind.choices), "support_offered": SUPPORT},
            more={
                "usual": {"kind": CandidateKind.BUY.value},
                "known": known,
                "vendors": unique({name: [name, *more] for name, more in companies}),
                "contacts": {(name, email.casefold()) for name, email in contacts},
                # As the grid's columns stand, for a paste without names.
                "order": ("candidate", "kind", "vendor", "left", "contact"),
            },
        )

    def lacks(self, row: ReadRow, context: Context) -> Iterable[str]:
        """A candidate that is there keeps its kind."""
        is_there = key(row.values.get("candidate", "")) in context.candidates
        if is_there or "kind" in row.values:
            return ()
        return ("kind",)

    def records(
        self, rows: Iterable[ReadRow], context: Context
    ) -> Iterator[ParsedRecord | Refusal]:
        rows = list(rows)
        # The cell to type in, where a contact lacks its company.
        if any("vendor" in row.values for row in rows):
            blank = "vendor"
        else:
            blank = "contact"
        return joined([record_of(row, context, blank) for row in rows], "candidate")


def unique(names: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """By key of each of its names, the thing; a name of two is nobody's."""
    return unique_by_name(
        (key(other), name) for name, others in names.items() for other in others
    )


def record_of(row: ReadRow, context: Context, blank: str) -> ParsedRecord | Refusal:
    values: dict[str, Any] = {}
    inputs = CallFields()
    name = inputs.line("candidate", row.values.get("candidate", ""))
    if (name,) not in context.more["known"]:
        name = context.candidates.get(key(name), name)
    known = context.more["known"].get((name,), {})
    kind = known.get("kind", "")
    vendor = known.get("vendor", "")
    given_kind = row.values.get("kind", "")
    if not kind:
        values["kind"] = given_kind
    elif given_kind and given_kind != kind:
        stands = f"{name} is “{CandidateKind(kind).label}” here"
        inputs.refuse("kind", f"{stands}, and a kind cannot change. Clear the cell.")
    if company := row.values.get("vendor"):
        vendor = inputs.line("vendor", company)
        vendor = values["vendor"] = context.more["vendors"].get(key(vendor), vendor)
        if (kind or given_kind or CandidateKind.BUY) not in INVITABLE:
            inputs.refuse("vendor", "What no company offers has no vendor. Clear it.")
    if text := row.values.get("contact"):
        contact, address = read_contact(inputs, text)
        if not vendor:
            sentence = f"Name the company whose contact {contact} is, or clear that."
            inputs.refuse(blank, sentence)
        elif (vendor, address) not in context.more["contacts"]:
            values["contact"] = contact
    for column in IMPORTED:
        cell = row.values.get(column.name)
        if cell is None or cell == "":
            continue
        if column.read:
            sent = column.from_cell(cell)
            values[column.name] = column.read(inputs, column.name, sent)
            continue
        field: Any = Candidate._meta.get_field(column.name)
        try:
            value = field.clean(cell, None)
        except ValidationError as error:
            inputs.refuse(column.name, error.messages[0])
            continue
        if isinstance(value, Decimal):
            value = value.quantize(Decimal(1).scaleb(-field.decimal_places))
        values[column.name] = value
    for role, sentences in inputs.errors.items():
        return Refusal(row.sheet, row.number, role, sentences[0])
    return ParsedRecord((name,), values, row.sheet, row.number)


def read_contact(inputs: CallFields, text: str) -> tuple[str, str]:
    """“Ada Park <ada@acme.example>”, and the address alone; which may be all."""
    name, _, rest = text.rpartition("<")
    address = rest.removesuffix(">").strip()
    try:
        validate_email(address)
    except ValidationError:
        sentence = "Write an address, or “Ada Park <ada@acme.example>”."
        inputs.refuse("contact", sentence)
    return f"{name.strip() or address} <{address}>", address.casefold()
