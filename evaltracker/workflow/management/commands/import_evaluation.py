"""`manage.py import_evaluation FILE [--dry-run] [--as SLUG]`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from evaltracker.errors import Invalid, Problem
from evaltracker.evaluations.journal import SYSTEM
from evaltracker.portable.importing import (
    ImportPreview,
    import_evaluation,
    preview_import,
)


class Command(BaseCommand):
    """Takes in what export_evaluation wrote; all of it or nothing."""

    help = "Take in an evaluation that export_evaluation wrote."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would happen, and stop"
        )
        parser.add_argument(
            "--as", dest="slug", metavar="SLUG", default="", help="its name here"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["file"]
        slug = options["slug"]
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CommandError(f"“{path}” cannot be read: {error.strerror}.") from error
        try:
            seen = preview_import(content=content, by=SYSTEM, slug=slug)
            self.tell(seen)
            if options["dry_run"]:
                self.stdout.write("Nothing was written.")
                return
            evaluation = import_evaluation(preview=seen, by=SYSTEM)
        except Problem as problem:
            raise CommandError("\n".join(sentences(problem))) from problem
        self.stdout.write(f"Imported as {evaluation.slug}.")

    def tell(self, seen: ImportPreview) -> None:
        head = seen.told
        self.stdout.write(f"{head['title']} ({head['buyer']}), as {seen.slug}")
        for name, count in seen.counts.items():
            self.stdout.write(f"  {name}: {count}")
        for person in seen.people:
            if person.user:
                here = f"{person.user} ({person.user.username})"
            else:
                here = "a stopped login"
            if person is seen.owner:
                owns = ", the owner"
            else:
                owns = ""
            self.stdout.write(f"  {person.name}{owns}: {here}, {person.how}")
        if seen.companies:
            self.stdout.write(f"  known companies: {', '.join(seen.companies)}")


def sentences(problem: Problem) -> list[str]:
    if isinstance(problem, Invalid):
        errors = problem.errors
    else:
        errors = {}
    lines = [
        f"{pointer}: {sentence}"
        for pointer, every in errors.items()
        for sentence in every
    ]
    if lines:
        return ["Nothing was imported.", *lines]
    return [problem.sentence]
