"""A command that imports: its arguments and how it reports; the kind says the rest."""

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from evaltracker.errors import Problem
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.importing.kinds import KINDS, ImportKind
from evaltracker.importing.plan import LEAVE_REFUSED, Findings, Plan, only, short
from evaltracker.importing.services.log import reading_for
from evaltracker.toolbox.tabular.cells import (
    DayOrder,
    Row,
    Workbook,
    header_key,
    is_open,
    order_of,
    read_day,
)
from evaltracker.toolbox.tabular.open_books import read_table

EXAMPLES = 2


def order_in(
    header: Row, column: int, body: Sequence[Row], findings: Findings
) -> DayOrder | None:
    texts = [row.cell(column) for row in body if row.cell(column)]
    order = order_of(texts)
    opened = list(dict.fromkeys(text for text in texts if is_open(text)))
    if order is not None or not opened:
        return order
    name = short(header.cell(column), 30)
    orders = {DayOrder.DAY_FIRST: "the day", DayOrder.MONTH_FIRST: "the month"}
    answer = findings.ask(
        f"days:{header_key(name)}",
        f"{examples(opened)} in column “{name}” can each be two days. What stands "
        "first?",
        [
            (way.value, f"{orders[way]}: “{opened[0]}” is {read_day(opened[0], way)}")
            for way in DayOrder
        ],
    )
    return DayOrder(answer) if answer else None


def examples(texts: Sequence[str]) -> str:
    return " and ".join(f"“{short(text)}”" for text in texts[:EXAMPLES])


def headers_said(
    kind: ImportKind, options: dict[str, Any], book: Workbook
) -> dict[str, Any]:
    """The header that the options name, on the first sheet that has it.

    Raises:
        CommandError: no sheet has it, or there is no such field.
    """
    columns = dict(pair(text, "--column") for text in options["column"])
    number = options["header_row"]
    if not (columns or number):
        return {}
    fields = [column.name for column in kind.columns]
    for field in columns.values():
        if field not in fields:
            there = ", ".join(fields)
            raise CommandError(f"There is no field “{field}”. There are: {there}.")
    for sheet in only(book, options["sheet"]).visible:
        for row in sheet.rows:
            places = {name: index for index, name in enumerate(row.cells) if name}
            is_it = number in (None, row.number) and columns.keys() <= places.keys()
            if is_it:
                chosen = {field: places[name] for name, field in columns.items()}
                guessed = kind.columns_in(row) if number else {}
                taken = chosen.values()
                guessed = {name: at for name, at in guessed.items() if at not in taken}
                header = {"row": row.number, "columns": guessed | chosen}
                return {sheet.name: header}
    names = ", ".join(f"“{name}”" for name in columns) or "anything"
    where = f" in row {number}" if number else ""
    raise CommandError(f"No sheet has {names}{where}. Check the names.")


def pair(text: str, option: str) -> tuple[str, str]:
    """The two parts of NAME=VALUE; the last “=” parts them."""
    name, mark, value = text.rpartition("=")
    if not (mark and name.strip() and value.strip()):
        raise CommandError(f"{option} is written NAME=VALUE, and not “{text}”.")
    return name.strip(), value.strip()


PROBLEMS_SHOWN = 20
WIDTH = 88


class ImportCommand(BaseCommand):
    """A command that reads a file into an evaluation, or says why not.

    A command names the `slug` of its kind of import.
    """

    slug = ""
    # What of the page's form can be said here, too: by name, what is meant.
    for_all: ClassVar[Mapping[str, str]] = {}

    @property
    def kind(self) -> ImportKind:
        return KINDS[self.slug]

    @property
    def fields(self) -> list[str]:
        return [column.name for column in self.kind.columns]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("evaluation", metavar="EVALUATION", help="its slug")
        parser.add_argument(
            "file", metavar="FILE", type=Path, help="CSV, .xlsx, .ods, .md …"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would happen, do nothing"
        )
        parser.add_argument(
            "--as",
            dest="username",
            metavar="USERNAME",
            help="who imports; without it, the owner of the evaluation",
        )
        if self.kind.layouts:
            parser.add_argument(
                "--orientation",
                choices=[layout for layout, _ in self.kind.layouts if layout],
                default="",
                help="the layout of a matrix, if the file does not show it",
            )
        for name, meaning in self.for_all.items():
            parser.add_argument(
                f"--{name}", default="", help=f"{meaning}, where the file says none"
            )
        self.add_reading(parser)

    def add_reading(self, parser: CommandParser) -> None:
        parser.add_argument("--sheet", default="", help="the only sheet to read")
        parser.add_argument(
            "--header-row",
            type=int,
            metavar="ROW",
            help="the row of the column names, as the spreadsheet numbers it",
        )
        parser.add_argument(
            "--column",
            action="append",
            default=[],
            metavar="NAME=FIELD",
            help=f"what a column holds: {', '.join(self.fields)}",
        )
        leaving = ["unknown", "refused"] if self.kind.may_skip else ["refused"]
        parser.add_argument(
            "--leave-out",
            action="append",
            default=[],
            choices=leaving,
            help="names that the evaluation has not, or rows that cannot come in",
        )
        parser.add_argument(
            "--answer",
            action="append",
            default=[],
            metavar="QUESTION=CHOICE",
            help="to what the file leaves open; a refusal names both",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        evaluation = self.evaluation(options["evaluation"])
        by = self.person(evaluation, options["username"])
        try:
            self.kind.check_allowed(by, evaluation)
            whole = read_table(options["file"])
            more = self.more(options) | self.said_for_all(options, evaluation, by)
            book, reading, _ = reading_for(
                evaluation=evaluation,
                kind=self.slug,
                by=by,
                book=whole,
                said=self.said(options, whole) | {"more": more},
            )
            plan = self.kind.settled(evaluation, by, book, reading)
            if not (plan.problems or options["dry_run"]):
                self.kind.apply(evaluation, by, plan, reading)
        except Problem as error:
            raise CommandError(folded(error.sentence)) from error
        self.report(plan, evaluation, is_dry=options["dry_run"])

    def said(self, options: dict[str, Any], book: Workbook) -> dict[str, Any]:
        answers = dict(pair(text, "--answer") for text in options["answer"])
        if "refused" in options["leave_out"]:
            answers[LEAVE_REFUSED] = "leave-out"
        if options["sheet"] and options["sheet"] not in {
            sheet.name for sheet in book.visible
        }:
            names = ", ".join(f"“{sheet.name}”" for sheet in book.visible)
            raise CommandError(
                f"The file has no sheet “{options['sheet']}” that can be seen. There "
                f"are: {names}."
            )
        return {
            "sheet": options["sheet"],
            "layout": options.get("orientation", ""),
            "skip_unknown": "unknown" in options["leave_out"],
            "answers": answers,
            "headers": headers_said(self.kind, options, book),
        }

    def more(self, options: dict[str, Any]) -> dict[str, str]:
        """What else the kind's form would ask, by field."""
        return {}

    def said_for_all(
        self, options: dict[str, Any], evaluation: Evaluation, by: User
    ) -> dict[str, str]:
        fields = self.kind.more_fields(evaluation, by) if self.for_all else {}
        chosen = {name: options[name] for name in self.for_all if options[name]}
        for name, value in chosen.items():
            try:
                fields[name].clean(value)
            except ValidationError as error:
                known = dict(getattr(fields[name], "choices", ()))
                choices = ", ".join(filter(None, known))
                raise CommandError(
                    f"“{value}” is nothing for --{name}. There are: {choices}."
                ) from error
        return chosen

    def evaluation(self, slug: str) -> Evaluation:
        try:
            return Evaluation.objects.select_related("owner").get(slug=slug)
        except Evaluation.DoesNotExist as error:
            slugs = list(
                Evaluation.objects.order_by("slug").values_list("slug", flat=True)[:10]
            )
            known = f" There are: {', '.join(slugs)}." if slugs else " There are none."
            raise CommandError(f"There is no evaluation “{slug}”.{known}") from error

    def person(self, evaluation: Evaluation, username: str | None) -> User:
        if not username:
            return evaluation.owner
        user: User | None = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no user “{username}”.")
        return user

    def report(
        self, plan: Plan[Any, Any], evaluation: Evaluation, *, is_dry: bool
    ) -> None:
        """Print what the file brings, or what keeps it out.

        Raises:
            CommandError: the plan has problems; nothing was imported.
        """
        out = self.stdout
        for remark in plan.remarks:
            out.write(folded(f"Note: {remark}"))
        if plan.problems:
            self.complain(plan)
        where = f"“{evaluation}” from {plan.filename}"
        counts = plan.counts
        verb = "would be imported into" if is_dry else "imported into"
        out.write(f"{self.kind.things.capitalize()} {verb} {where}:")
        for name in counts:
            out.write(f"  {name:<9}{counts[name]:>7,}")
        if is_dry:
            out.write("This was a dry run: nothing was written.")
        elif not (counts["new"] or counts["changed"]):
            out.write("The evaluation has all of it already; nothing was written.")

    def complain(self, plan: Plan[Any, Any]) -> None:
        for problem in plan.problems[:PROBLEMS_SHOWN]:
            self.stderr.write(folded(str(problem), first="- "))
        rest = len(plan.problems) - PROBLEMS_SHOWN
        if rest > 0:
            self.stderr.write(f"- … and {rest:,} more.")
        for question in plan.questions:
            if not question.said:
                self.stderr.write(folded(question.sentence, first="? "))
                for value, label in question.options:
                    option = f"  --answer '{question.key}={value}'"
                    self.stderr.write(f"{option}   {label}")
        count = len(plan.problems)
        word = "problem" if count == 1 else "problems"
        counts = ", ".join(f"{count} {name}" for name, count in plan.counts.items())
        raise CommandError(
            f"Nothing was imported from {plan.filename}: {count:,} {word} "
            f"({counts}). Fix the file and import it again."
        )


def folded(text: str, first: str = "") -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
