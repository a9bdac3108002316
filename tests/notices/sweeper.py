"""`manage.py send_notices` in a process of its own that knows the tests' kinds."""

import django
from django.core.management import call_command

if __name__ == "__main__":
    django.setup()
    from tests.notices import kinds as kinds

    call_command("send_notices")
