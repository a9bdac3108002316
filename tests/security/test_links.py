"""T42: whatever address somebody writes down, the server calls none of them."""

import io
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from django.core.management import call_command
from django.urls import reverse
from pytest_django import Settings

from evaltracker.errors import Problem
from evaltracker.notices.services.webhooks import add_webhook, new_webhook_secret
from tests.clients import signed_in
from tests.factories import vendors
from tests.vendors.api.conftest import Party
from tests.workflow.deciding import in_decision
from trials.services.evidence import note_research
from vendors.models import Claim

pytestmark = pytest.mark.django_db
# Ways to name this machine, and kinds of address that are none of the web.
TAKEN = [
    "http://127.0.0.1:{port}/x",
    "http://localhost:{port}/x",
    "HTTP://LOCALHOST:{port}/x",
    "http://localhost.:{port}/x",
    "http://127.1:{port}/x",
    "http://127.0.0.2:{port}/x",
    "http://0.0.0.0:{port}/x",
    "http://0:{port}/x",
    "http://2130706433:{port}/x",
    "http://0x7f000001:{port}/x",
    "http://0177.0.0.1:{port}/x",
    "http://[::1]:{port}/x",
    "http://[::ffff:127.0.0.1]:{port}/x",
    "http://127.0.0.1.nip.example:{port}/x",
    "https://127.0.0.1:{port}/x",
    "http://169.254.169.254/latest/meta-data/",
    "http://xn--lcalhost-54a.example:{port}/",
    "http://127.0.0.1:{port}/x#http://elsewhere.example",
]
REFUSED = [
    "http://me@127.0.0.1:{port}/x",
    "http://elsewhere.example\\@127.0.0.1:{port}/x",
    "//127.0.0.1:{port}/x",
    "ftp://127.0.0.1:{port}/x",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/_x",
    "javascript:fetch('http://127.0.0.1:{port}')",
    "http://127.0.0.1:{port}/\r\nHost: x",
]


@contextmanager
def listener() -> Iterator[tuple[int, list[str]]]:
    """A port of this machine, on all its addresses, and who called there."""
    called: list[str] = []
    with socket.create_server(
        ("::", 0), family=socket.AF_INET6, dualstack_ipv6=True
    ) as server:

        def take() -> None:
            with suppress(OSError):
                while True:
                    client, address = server.accept()
                    called.append(str(address))
                    client.close()

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        yield server.getsockname()[1], called
        server.shutdown(socket.SHUT_RDWR)
    thread.join(timeout=60)


def test_no_address_that_is_written_down_is_ever_called(
    tmp_path: Path, settings: Settings, figure: Callable[[str], None]
) -> None:
    settings.WEBHOOK_INTERNAL_HOSTS = []
    where, option = in_decision()
    assert option.vendor is not None
    vendors.enter(where, "research")
    party = Party(option, vendors.token(option.vendor))
    with listener() as (port, called):
        for template in TAKEN:
            link = template.format(port=port)
            text = f"See {link} ![x]({link}) <img src='{link}'>"
            answer = party.claim(evidence_url=link, statement=text)
            assert answer.status_code == 201, link
            # Some of them a person may not even write down.
            with suppress(Problem):
                note_research(
                    candidate=option,
                    kind="article",
                    title="What we read",
                    text=text,
                    source_url=link,
                    by=where.owner,
                )
        for template in REFUSED:
            answer = party.claim(evidence_url=template.format(port=port))
            assert answer.status_code == 400, template
        for template in [*TAKEN, *REFUSED]:
            with pytest.raises(Problem):
                add_webhook(
                    evaluation=where,
                    url=template.format(port=port),
                    types=["claim.submitted"],
                    secret=new_webhook_secret(),
                    by=where.owner,
                )
        look_at_everything(party, where.slug, tmp_path)
        # What would come, has come: the listener itself can be reached.
        socket.create_connection(("127.0.0.1", port), 5).close()
        while not called:
            pass
    figure(
        f"T42: {len(TAKEN) + len(REFUSED)} kinds of address, {len(called) - 1} calls"
    )
    assert len(called) == 1
    assert Claim.objects.filter(evidence_url__contains="127").exists()


def look_at_everything(party: Party, slug: str, folder: Path) -> None:
    """Whatever shows, prints, exports or mails what was written."""
    where = party.candidate.evaluation
    owner = signed_in(where.owner)
    requirement = where.requirements.get(ref="R1")
    pages = [f"/admin/e/{slug}/{name}/" for name in ("matrix", "candidates", "journal")]
    pages += [
        reverse("admin:candidate", args=[party.candidate.pk]),
        reverse("admin:cell", args=[party.candidate.pk, requirement.pk]),
    ]
    for page in pages:
        assert owner.get(page).status_code == 200, page
    for kind in ("pdf", "md", "xlsx", "json"):
        call_command(
            "export_evaluation",
            slug,
            format=kind,
            output=folder / f"memo.{kind}",
            stderr=io.StringIO(),
        )
    call_command("send_notices", stdout=io.StringIO())
