"""`manage.py harden_database`: the database roles of the product's processes."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from evaltracker.environment import database, owner_database, vendor_database
from vendors.isolation.access import Unfit
from vendors.isolation.roles import as_owner, build_house, build_wall, lift_wall


class Command(BaseCommand):
    help = (
        "Make the database roles of DATABASE_URL (web, worker, beat) and of "
        "VENDOR_DATABASE_URL, and let them do what they need and no more. Run it as "
        "the owner, by OWNER_DATABASE_URL, after every migrate; everybody may go on "
        "working meanwhile, and it may be run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--lift",
            action="store_true",
            help="shut vendors out: take the vendor role's rights away until the next "
            "run; no upgrade needs it",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            vendor = vendor_database()
            with as_owner():
                if options["lift"]:
                    lift_wall(connection, role=vendor["USER"])
                    self.stdout.write(
                        f"The role {vendor['USER']} can do nothing until the next run."
                    )
                else:
                    self.build(vendor)
        except (ImproperlyConfigured, Unfit) as error:
            raise CommandError(str(error)) from error

    def build(self, vendor: dict[str, Any]) -> None:
        house = []
        if owner_database() is not None:
            app = database()
            house = [app["USER"]]
            build_house(connection, role=app["USER"], password=app["PASSWORD"])
            self.stdout.write(f"The role {app['USER']} uses tables and owns none.")
        build_wall(
            connection,
            role=vendor["USER"],
            password=vendor["PASSWORD"],
            house=house,
            say=self.stdout.write,
        )
        self.stdout.write(
            f"The role {vendor['USER']} sees one vendor's rows at a time."
        )
