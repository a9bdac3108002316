"""An installation whose processes have the roles that they have in production."""

import logging
import os
import re

PASSWORD = "of-the-application"


def prepare(env: dict[str, str]) -> None:
    """Migrate and harden as the owner, whom `env` names in DATABASE_URL; then it names
    the application's role there. This process goes on as the owner."""
    os.environ.update(env)
    owner = env["DATABASE_URL"]
    app = re.sub("//[^@]*@", f"//evaltracker_app:{PASSWORD}@", owner)
    vendor = app.replace("evaltracker_app", "evaltracker_vendor")
    env.setdefault("VENDOR_DATABASE_URL", vendor)
    import django
    from django.core.management import call_command

    django.setup()
    logging.disable(logging.CRITICAL)  # what is told here are the figures
    call_command("migrate", verbosity=0, interactive=False)
    env["DATABASE_URL"] = app
    os.environ.update(env, OWNER_DATABASE_URL=owner)
    call_command("harden_database", verbosity=0)
    del os.environ["OWNER_DATABASE_URL"]
