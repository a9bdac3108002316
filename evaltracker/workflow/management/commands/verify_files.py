"""`manage.py verify_files [EVALUATION] [--remove]`: rows and files, compared."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from evaltracker.decision.selectors.stored_files import GRACE, kept_files, leftovers
from evaltracker.decision.services.leftover_files import remove_leftovers
from evaltracker.errors import Unavailable
from evaltracker.workflow.management.commands.verify_journal import evaluation_of


class Command(BaseCommand):
    """Names what is missing, altered or open to too many; what to run after a restore.
    Of all evaluations it also names the files that no row names. Those harm nothing, so
    they are no failure."""

    help = (
        "Check the files that were handed in against their rows, and the folders for "
        "files that no row names; exit 1 if one is missing, altered or has a mode that "
        "lets too many read it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "evaluation", metavar="EVALUATION", nargs="?", help="its slug; else all"
        )
        parser.add_argument(
            "--remove",
            action="store_true",
            help="remove the files older than a day that no row names, however many",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        slug = options["evaluation"] or ""
        if slug:
            evaluation_of(slug)
        wrong = []
        count = 0
        try:
            for file in kept_files(slug):
                count += 1
                if fault := file.fault:
                    place = f"“{file.name}” ({file.stored_as})"
                    wrong.append(f"{file.evaluation}: {place} {fault}")
            if slug:
                remark = ""
            else:
                remark = self.compare_folders(remove=options["remove"])
        except Unavailable as away:
            raise CommandError(str(away), returncode=2) from away
        if wrong:
            raise CommandError("\n".join(wrong))
        if count == 1:
            files = "1 file is"
        else:
            files = f"{count} files are"
        self.stdout.write(f"{files} as handed in, none is missing.{remark}")

    def compare_folders(self, *, remove: bool) -> str:
        strays = leftovers()
        for stray in strays:
            if stray.is_half:
                kind = "half a file"
            else:
                kind = "no row names it"
            days = stray.age.days
            if days < 1:
                age = "under a day old"
            else:
                age = f"{days} days old"
            self.stdout.write(f"{stray.stored_as}: {kind}, {age}")
        old = [stray for stray in strays if stray.age > GRACE]
        if remove:
            remove_leftovers(old)
            return f" {len(old)} that no row named were removed."
        if not strays:
            return " Nothing else lies beside them."
        return (
            f" {len(strays)} that no row names lie beside them; those over a day old "
            "are removed by a chore of the worker."
        )
