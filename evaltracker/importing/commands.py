"""A command that imports: what it takes, and how it reports; the kind says the rest."""

import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from evaltracker.errors import Problem
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.importing.kinds import KINDS
from evaltracker.importing.services.imports import import_plan, planned
from evaltracker.rows.lines import PlanLine
from evaltracker.rows.plan import ImportPlan
from evaltracker.rows.sources import read_table

WIDTH = 88


class ImportCommand(BaseCommand):
    """A command that reads a file into an evaluation, or says what it leaves open.

    A command names the `slug` of its kind of import.
    """

    slug = ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("evaluation", metavar="EVALUATION", help="its slug")
        parser.add_argument(
            "file", metavar="FILE", type=Path, help="CSV, .xlsx, .ods, .md …"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would happen, do nothing"
        )
        parser.add_argument(
            "--by",
            dest="username",
            metavar="USERNAME",
            help="who imports; without it, the owner of the evaluation",
        )
        parser.add_argument(
            "--answer",
            action="append",
            default=[],
            metavar="KEY=CHOICE",
            help="what a line becomes; --dry-run prints all keys and choices",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        kind = KINDS[self.slug]
        is_dry = options["dry_run"]
        evaluation = _evaluation(options["evaluation"])
        by = _person(evaluation, options["username"])
        answers = dict(map(_pair, options["answer"]))
        try:
            kind.check_allowed(by, evaluation)
            book = read_table(options["file"])
            plan = planned(kind, evaluation, by, book, answers)
            self._report(plan)
            if not is_dry:
                import_plan(kind, evaluation, plan, by)
        except Problem as error:
            raise CommandError(_folded(error.sentence)) from error
        if is_dry:
            verb = "would be imported into"
        else:
            verb = "imported into"
        plural = kind.things.capitalize()
        self.stdout.write(f"{plural} {verb} “{evaluation}” from {plan.filename}:")
        for name, many in plan.counts.items():
            self.stdout.write(f"  {name:<9}{many:>7,}")
        if is_dry:
            self.stdout.write("This was a dry run: nothing was written.")
        elif not (plan.new or plan.changed):
            self.stdout.write("The evaluation has all of it already.")

    def _report(self, plan: ImportPlan) -> None:
        """Print how the file is read.

        Raises:
            CommandError: something is left to choose.
        """
        for remark in plan.remarks:
            self.stdout.write(_folded(f"Note: {remark}"))
        for line in plan.lines:
            if line.state == "open":
                out = self.stderr
            else:
                out = self.stdout
            out.write("\n".join(_shown(line)))
        for refusal in plan.refused if plan.open else ():
            location = f"{refusal.sheet} row {refusal.row}".strip()
            self.stderr.write(_folded(f"- {location}: {refusal.sentence}"))
        if plan.open:
            many = len(plan.open)
            raise CommandError(
                f"Nothing was imported from {plan.filename}: {many} "
                f"thing{'s' * (many > 1)} to choose."
            )


def _shown(line: PlanLine) -> Iterable[str]:
    if line.examples:
        examples = f": {' · '.join(line.examples)}"
    else:
        examples = ""
    if line.becomes:
        becomes = f" → {line.becomes}"
    else:
        becomes = ""
    why = f" ({line.why})" if line.why else ""
    if line.where:
        location = f" in {line.where}"
    else:
        location = ""
    text = (
        f"{line.title}{location}, {line.count:,} {line.things}{examples}{becomes}{why}"
    )
    yield _folded(f"[{line.state}] {text}")
    for value, label in line.options if line.state != "certain" else ():
        yield f"    --answer '{line.key}={value}'   {label}"


def _evaluation(slug: str) -> Evaluation:
    try:
        return Evaluation.objects.select_related("owner").get(slug=slug)
    except Evaluation.DoesNotExist as error:
        slugs = Evaluation.objects.order_by("slug").values_list("slug", flat=True)[:10]
        if slugs:
            there = f"There are: {', '.join(slugs)}."
        else:
            there = "There are none."
        raise CommandError(f"There is no evaluation “{slug}”. {there}") from error


def _person(evaluation: Evaluation, username: str | None) -> User:
    if not username:
        return evaluation.owner
    user: User | None = User.objects.filter(username=username).first()
    if user is None:
        raise CommandError(f"There is no user “{username}”.")
    return user


def _pair(text: str) -> tuple[str, str]:
    """The parts of KEY=CHOICE: the last “=” parts them, of a typed cell the first."""
    if text.startswith("cell:"):
        parts = text.partition("=")
    else:
        parts = text.rpartition("=")
    if not (parts[0].strip() and parts[1]):
        raise CommandError(f"--answer is written KEY=CHOICE, and not “{text}”.")
    return parts[0].strip(), parts[2].strip()


def _folded(text: str) -> str:
    return textwrap.fill(text, WIDTH, subsequent_indent="  ", break_on_hyphens=False)
