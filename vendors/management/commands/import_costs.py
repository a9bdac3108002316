"""`manage.py import_costs EVALUATION FILE`."""

from evaltracker.importing.commands import ImportCommand


class Command(ImportCommand):
    help = "Import the costs of a CSV or Excel file into an evaluation."
    slug = "costs"
