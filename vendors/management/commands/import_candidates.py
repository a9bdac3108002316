"""`manage.py import_candidates EVALUATION FILE`."""

from evaltracker.importing.commands import ImportCommand


class Command(ImportCommand):
    help = "Import the candidates of a CSV or Excel file into an evaluation."
    slug = "candidates"
