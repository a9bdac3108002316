"""Makes the tutorial's tables, requirements and a user; prints the user's token."""

import sys

import django
from django.core.management import call_command

django.setup()
# Twice: tables without migrations are made first, and ours points to the users.
call_command("migrate", "-v0")
call_command("migrate", "--run-syncdb", "-v0")

from django.contrib.auth.models import User  # noqa: E402
from rest_framework.authtoken.models import Token  # noqa: E402

from bench.contenders.tutorial.models import Requirement  # noqa: E402

Requirement._base_manager.bulk_create(
    Requirement(ref=f"R{number}") for number in range(int(sys.argv[1]))
)
print(Token.objects.create(user=User.objects.create_user("vendor")).key)
