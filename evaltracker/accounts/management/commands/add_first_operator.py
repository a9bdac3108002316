"""`manage.py add_first_operator [NAME:ADDRESS]`: a new installation's first login."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from evaltracker.accounts.notices import password_path
from evaltracker.accounts.services import add_first_operator
from evaltracker.environment import env
from evaltracker.errors import Invalid
from evaltracker.evaluations.models import User


class Command(BaseCommand):
    help = (
        "Give the first operator a login; a mail brings them a link to set a password. "
        "Does nothing once there is an operator."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "operator",
            metavar="NAME:ADDRESS",
            nargs="?",
            default=env.str("FIRST_OPERATOR", default=""),
            help="such as “Ada Lovelace:ada@example.org”; else FIRST_OPERATOR",
        )
        parser.add_argument(
            "--print-link",
            action="store_true",
            help="print the link too, for where mail does not work yet; it works once",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        name, _, email = options["operator"].rpartition(":")
        if options["operator"] and not (name and "@" in email):
            raise CommandError(
                "Say who as NAME:ADDRESS, “Ada Lovelace:ada@example.org”."
            )
        if email:
            self._add(name, email)
        if options["print_link"]:
            self._print_link()

    def _add(self, name: str, email: str) -> None:
        try:
            operator = add_first_operator(name=name, email=email)
        except Invalid as refusal:
            raise CommandError(f"No operator was added. {refusal}") from refusal
        if operator:
            self.stdout.write(
                f"{operator.username} is the first operator. A mail to {email} brings "
                "the link to set a password."
            )

    def _print_link(self) -> None:
        waiting = User.objects.filter(is_superuser=True, is_active=True).first()
        if waiting is None:
            raise CommandError("There is no operator yet; name one as NAME:ADDRESS.")
        if waiting.has_usable_password():
            raise CommandError(
                f"{waiting.username} has a password already. “Forgot your password?” "
                "on the login page sends a new link."
            )
        self.stdout.write(f"{settings.SITE_URL}{password_path(waiting)}")
