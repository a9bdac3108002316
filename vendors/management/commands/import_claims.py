"""`manage.py import_claims EVALUATION FILE`."""

from evaltracker.importing.commands import ImportCommand


class Command(ImportCommand):
    help = "Import candidates' claims from a CSV or Excel file into an evaluation."
    slug = "claims"
