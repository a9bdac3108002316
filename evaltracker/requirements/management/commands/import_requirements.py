"""`manage.py import_requirements EVALUATION FILE`."""

from evaltracker.importing.commands import ImportCommand


class Command(ImportCommand):
    help = "Import the requirements of a CSV or Excel file into an evaluation."
    slug = "requirements"
