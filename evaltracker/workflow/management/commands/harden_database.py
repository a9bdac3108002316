"""`manage.py harden_database [--lift]`: the database role of the vendor process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from evaltracker.environment import vendor_database
from evaltracker.wall.asking import Unfit
from evaltracker.wall.building import build_wall, lift_wall

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    """Lets the role of VENDOR_DATABASE_URL do what the allow-list says, no more."""

    help = (
        "Make the database role of VENDOR_DATABASE_URL and the policies that keep it "
        "to one vendor's rows; run it after every migrate. With --lift, before one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """[--lift]."""
        parser.add_argument(
            "--lift",
            action="store_true",
            help="take the role's rights and views away, so that tables can change; "
            "until the next run vendors are answered 500",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Build the wall, or lift it."""
        try:
            config = vendor_database()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        role = config["USER"]
        try:
            if options["lift"]:
                lift_wall(connection, role=role)
                self.stdout.write(f"The role {role} can do nothing until the next run.")
            else:
                build_wall(connection, role=role, password=config["PASSWORD"])
                self.stdout.write(f"The role {role} sees one vendor's rows at a time.")
        except Unfit as error:
            raise CommandError(str(error)) from error
