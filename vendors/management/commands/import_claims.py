"""`manage.py import_claims EVALUATION FILE`."""

from evaltracker.importing.commands import ImportCommand


class Command(ImportCommand):
    """Import claims from a list or a matrix; the same file again changes nothing."""

    help = "Import candidates' claims from a CSV or Excel file into an evaluation."
    slug = "claims"
