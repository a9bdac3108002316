"""`manage.py reset_second_factor USERNAME`: when no operator can log in to do it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from evaltracker.accounts.services import reset_factors_on_server
from evaltracker.errors import Refused
from evaltracker.evaluations.models import User


class Command(BaseCommand):
    help = "Take a person's second factor away; the next login asks for a new one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", metavar="USERNAME")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        person = User.objects.filter(username=username).first()
        if person is None:
            raise CommandError(
                f"Nobody has the login name “{username}”. Type it exactly as on the "
                "list of users."
            )
        try:
            reset_factors_on_server(person=person)
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(
            f"The second factor of {person.name} is gone, and they are logged out "
            "everywhere. They log in with their password and add a new one then."
        )
