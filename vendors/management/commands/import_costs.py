"""`manage.py import_costs EVALUATION FILE`."""

from typing import ClassVar

from evaltracker.importing.commands import ImportCommand


class Command(ImportCommand):
    help = "Import the costs of a CSV or Excel file into an evaluation."
    slug = "costs"
    for_all: ClassVar = {
        "candidate": "whose costs these are",
        "kind": "the kind of cost, such as licence",
        "recurrence": "once, monthly or yearly",
    }
