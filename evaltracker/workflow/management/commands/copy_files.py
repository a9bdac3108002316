"""`manage.py copy_files [TO] [--from FROM]`: bring files to a folder or bucket."""

import hashlib
from typing import Any, cast

from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management.base import BaseCommand, CommandError, CommandParser

from evaltracker import environment
from evaltracker.decision.selectors.stored_files import kept_files
from evaltracker.errors import Problem
from evaltracker.toolbox.files import FileStorage, file_storage

PLACE = "a folder or s3://…; without it, where files are kept now"


class Command(BaseCommand):
    help = (
        "Copy the files that rows name and compare each with its row; what is there is "
        "only compared, so it may be broken off and repeated. Exit 1 if one is missing "
        "or differs, 2 if a storage cannot be used."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("target", metavar="TO", nargs="?", default="", help=PLACE)
        parser.add_argument("--from", dest="source", default="", help=PLACE)
        more = "also files that no row names, compared with where they come from"
        parser.add_argument("--all", action="store_true", help=more)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["source"] == options["target"]:
                raise ImproperlyConfigured("Say where to, or --from where.")
            wrong = self.copy_all(options)
        except (ImproperlyConfigured, OSError, Problem) as error:
            raise CommandError(str(error), returncode=2) from error
        if wrong:
            raise CommandError("\n".join(wrong))

    def copy_all(self, options: dict[str, Any]) -> list[str]:
        source, target = map(storage_at, (options["source"], options["target"]))
        digests = {file.stored_as: file.sha256 for file in kept_files()}
        if options["all"]:
            digests = dict.fromkeys(dict(source.stored_files()), "") | digests
        there = digests.keys() & dict(target.stored_files())
        wrong = []
        copied = 0
        # First what somebody may be waiting for, then what is only compared.
        for count, name in enumerate(sorted(digests, key=there.__contains__), 1):
            try:
                if name in there:
                    sha256 = target.digest(name)
                    is_right = sha256 == (digests[name] or source.digest(name))
                else:
                    with source.open(name, "rb") as file:
                        content = file.read()
                    sha256 = hashlib.sha256(content).hexdigest()
                    if is_right := digests[name] in ("", sha256):
                        copied += target.put(name, ContentFile(content))
                if not is_right:
                    wrong.append(f"{name} is not the file that was handed in")
            except FileNotFoundError:
                wrong.append(f"{name} is missing")
            if count % 100 == 0 or count == len(digests):
                self.stdout.write(f"{count} of {len(digests)} files, {copied} copied")
        return wrong


def storage_at(place: str) -> FileStorage:
    if not place:
        return file_storage()
    return cast("FileStorage", storages.create_storage(environment.files(place)))
