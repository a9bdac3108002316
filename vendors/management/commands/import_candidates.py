"""`manage.py import_candidates EVALUATION FILE`."""

from typing import ClassVar

from evaltracker.importing.commands import ImportCommand


class Command(ImportCommand):
    help = "Import the candidates of a CSV or Excel file into an evaluation."
    slug = "candidates"
    for_all: ClassVar = {"kind": "buy, build, open_source or as_is"}
