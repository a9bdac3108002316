"""An installation with people, a vendor and files, which can be lost and restored.

`python -m tests.faults.inhabited` hardens and fills the one that its environment names.
"""

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

import requests

from tests.faults.restoring import ROOT
from tests.served import VENDORS, Site
from tests.services import free_port
from tests.smtp_sink import Sink
from tests.visitor import Visitor

WEB = "evaltracker.settings"
ADDRESS = "ada@acme.example"
PEOPLE = ("lina", "otto")
PASSWORD = "correct horse battery staple"  # as in tests.factories.common
# What the lost machine's .env said, and how the owner of the new one signs in.
OLD = {"app": "of-before", "vendor": "of-before-too"}
OWNERS = "it's new"
VERIFY = """
from django.core.management import call_command
call_command("verify_journal", "--tables")
call_command("verify_ledger")
call_command("verify_files")
"""
HARDEN = """
from django.core.management import call_command
call_command("harden_database")
"""
LINK = re.compile(r"/vendor/start/[\w-]+/")
CODE = re.compile(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b")


@dataclass(frozen=True)
class Installation:
    """What its .env says: passwords and keys, and where things are."""

    folder: Path
    owner: str
    mail_port: int
    passwords: dict[str, str]
    web_port: int = field(default_factory=free_port)
    vendor_port: int = field(default_factory=free_port)

    @property
    def data(self) -> Path:
        """Where its files lie."""
        return self.folder / "data"

    def elsewhere(self, folder: Path, owner: str, **passwords: str) -> "Installation":
        """The same on another machine, perhaps with other passwords in its .env."""
        return replace(
            self, folder=folder, owner=owner, passwords=self.passwords | passwords
        )

    def url(self, role: str) -> str:
        """The address of the database for a role that owns nothing."""
        parts = urlsplit(self.owner)
        login = f"evaltracker_{role}:{self.passwords[role]}"
        return f"postgresql://{login}@127.0.0.1:{parts.port}{parts.path}"

    def env(self) -> dict[str, str]:
        """What its processes are told."""
        return {
            "DATABASE_URL": self.url("app"),
            "VENDOR_DATABASE_URL": self.url("vendor"),
            "SECRET_KEY": "of the lost machine " + "x" * 50,
            "VENDOR_PAGES_KEY": "of links and codes " + "x" * 50,
            "SITE_URL": f"http://127.0.0.1:{self.web_port}",
            "VENDOR_SITE_URL": f"http://127.0.0.1:{self.vendor_port}",
            "ALLOWED_HOSTS": "127.0.0.1",
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail_port}",
            "REDIS_URL": "",
            "REQUIRE_SECOND_FACTOR": "0",
            "FIRST_OPERATOR": "Ona Operator:ona@example.com",
            "DATA_DIR": str(self.data),
            # Static files are served where they lie.
            "DEBUG": "1",
            "VENDOR_CALLS_PER_MINUTE": "100000",
        }

    def run(self, *command: str, owner: bool = False) -> str:
        """Run a command as the services of compose do; what it printed."""
        env = {**os.environ, **self.env(), "DJANGO_SETTINGS_MODULE": WEB}
        if owner:
            env["OWNER_DATABASE_URL"] = self.owner
        ran = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, (command, ran.stdout[-2000:], ran.stderr[-2000:])
        return ran.stdout

    def migrate(self) -> None:
        """What the service `migrate` does at each start."""
        self.run("manage.py", "migrate", "--noinput", "-v0", owner=True)
        self.run("manage.py", "harden_database", owner=True)
        self.run("manage.py", "add_first_operator", owner=True)

    def fill(self) -> dict[str, str]:
        """Harden a migrated one; people, an invited vendor, a claim and a verdict with
        their files."""
        said = self.run("-m", "tests.faults.inhabited", owner=True)
        made: dict[str, str] = json.loads(said.splitlines()[-1])
        return made

    def verify(self) -> None:
        """What `./dev restore` asks at its end."""
        self.run("manage.py", "shell", "-v0", "-c", VERIFY)

    def harden_and_verify(self) -> None:
        """Let the roles in with the passwords of now, and ask the same, in one process
        because starting one takes longer than either."""
        self.run("manage.py", "shell", "-v0", "-c", HARDEN + VERIFY, owner=True)

    @contextmanager
    def serve(self, settings: str = WEB, workers: int = 1) -> Iterator[Site]:
        """Web, or with `VENDORS` the process that vendors call."""
        port = self.vendor_port if settings == VENDORS else self.web_port
        folder = self.folder / settings
        folder.mkdir(exist_ok=True)
        probe = "readyz" if settings == VENDORS else "healthz"
        site = Site(folder, settings, workers, self.env(), probe=probe, port=port)
        site.start()
        try:
            yield site
        except BaseException:
            sys.stdout.write(site.log()[-3_000:])
            raise
        finally:
            site.stop()


def text_of(sink: Sink) -> str:
    """The newest mail to the vendor's contact."""
    body = sink.to(ADDRESS)[-1].get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link_in(sink: Sink) -> str:
    """Where the invitation leads, whatever came later."""
    for mail in sink.to(ADDRESS):
        body = mail.get_body(("plain",))
        if body and (link := LINK.search(str(body.get_content()))):
            return link[0]
    raise AssertionError("no invitation came")


def come_in(site: str, name: str) -> Visitor:
    """Sign in as one of the house."""
    visitor = Visitor(site)
    answer = visitor.give_password(name, PASSWORD)
    assert answer.status_code == 302, answer.text[-500:]
    assert visitor.open("/admin/").status_code == 200
    return visitor


def come_in_as_vendor(site: str, link: str, sink: Sink) -> Visitor:
    """Follow the link of the invitation, and type the code that is mailed."""
    visitor = Visitor(site)
    before = len(sink.arrived)
    assert visitor.send(link).status_code == 302
    assert sink.wait_for(before + 1), "no code was mailed"
    code = CODE.search(text_of(sink))
    assert code is not None, text_of(sink)
    answer = visitor.send(f"{link}code/", code=code[0])
    assert answer.status_code == 302, answer.text[-500:]
    return visitor


def everybody_comes_in(
    where: Installation, made: dict[str, str], link: str, sink: Sink
) -> None:
    """Two people and the vendor sign in, look at the vendor's file, and its program
    calls."""
    with where.serve() as web, where.serve(VENDORS) as vendor_api:
        people = [come_in(web.url, name) for name in PEOPLE]
        file = people[0].open(f"/admin/claim-files/{made['file']}/")
        assert file.content == b"%PDF-1.7 proof", file.status_code
        ada = come_in_as_vendor(vendor_api.url, link, sink)
        home = f"/vendor/{made['candidate']}/"
        assert ada.open(home).status_code == 200
        assert ada.open(f"{home}file/{made['file']}/").content == file.content
        answer = requests.get(
            f"{vendor_api.url}/api/v1/invitations/{made['candidate']}/",
            headers={"Authorization": f"Bearer {made['token']}"},
            timeout=30,
        )
        assert answer.status_code == 200


def main() -> None:
    """Fill it, and say what was made."""
    import django

    django.setup()
    from django.core.files.base import ContentFile
    from django.core.management import call_command
    from django.db import transaction

    from evaltracker.evaluations.journal import SYSTEM
    from tests.factories import common, trials, vendors
    from vendors.models import ClaimFile
    from vendors.services.contacts import add_contact
    from vendors.services.drafts import attach_file

    call_command("harden_database")
    # In one transaction, so that an entry tells what the cast does without one.
    with transaction.atomic():
        where = trials.platform()
        common.otto()
        option = vendors.candidate(where)
        assert option.vendor is not None
        contact = add_contact(
            vendor=option.vendor, name="Ada Park", email=ADDRESS, by=where.owner
        )
        vendors.invite(candidate=option, contacts=[contact], by=where.owner)
        asked = where.requirements.get()
        vendors.claim(option, asked)
        attach_file(
            candidate=option,
            requirement=asked,
            file=io.BytesIO(b"%PDF-1.7 proof"),
            name="proof.pdf",
            by=SYSTEM,
        )
        seen = ContentFile(b"seen on the day", name="notes.txt")
        trials.verdict(trials.claim_of(option), file=seen)
    call_command("send_notices")
    print(  # noqa: T201
        json.dumps(
            {
                "slug": where.slug,
                "candidate": str(option.pk),
                "token": vendors.token(option.vendor),
                "file": str(ClaimFile.objects.get().pk),
            }
        )
    )


if __name__ == "__main__":
    main()
