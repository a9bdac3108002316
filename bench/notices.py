"""G9 to G11: what a notice costs beside the bare protocol, and an idle sweep a query.

G9: the product sends overdue notices of 10,000 milestones (text, HTML, calendar file),
asking of each again whether it holds, with a fence in the database around each mail.
The floor hands as many mails of the same size over one connection and does nothing
else. They take turns, slice by slice, in the same run; what the mail server wrote down
has to be what was owed. G10: the usual way, in the manner of healthchecks' sendalerts:
for each mail a query, two commits, a message object of text and HTML from templates,
and a connection. It is written here after that manner, not run from there. G11: a sweep
that finds nothing due among a million rows, beside SELECT 1.
"""

import smtplib
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.harness import Goal, Race, Size, alternate, place, product, report
from bench.harness.place import ROOT

SLICES = 10
NOTICES, USUAL, ROWS = 100_000, 200, 1_000_000
SENDING = [
    Goal("G9", "product", "raw smtplib", most=2.3),
    Goal("G10", "usual way", "product", least=5),
]
IDLE = [Goal("G11", "idle sweep", "SELECT 1", most=1.5)]


def main(arguments: Sequence[str]) -> int:
    """Measure; 0 when the goals are reached."""
    share = 20 if "--quick" in arguments else 1
    with place() as here, product(here):
        file = here.folder / "arrived"
        command = [sys.executable, "-m", "tests.faults.notices.sink", str(file)]
        with subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as sink:
            assert sink.stdout is not None
            port = int(sink.stdout.readline())
            try:
                race = _send(port, file, NOTICES // share)
            finally:
                sink.terminate()
        codes = [
            report("notices", race, same=("raw smtplib", "raw again"), goals=SENDING)
        ]
        codes.append(_idle(ROWS // share, Size.of(arguments, rounds=200)))
    return max(codes)


def _send(port: int, file: Path, number: int) -> Race:
    """Seconds of a mail, by contender and slice."""
    from django.conf import settings

    from bench.contenders.usual_notices import send_usual
    from evaltracker.notices.services.delivery import sweep_notices
    from tests.faults.notices.owing import owe_overdue
    from tests.smtp_sink import mailer_to

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MAILERS = {"default": mailer_to(port, timeout=10)}
    owe_overdue(number)
    body = _one_mail()
    each = number // SLICES
    contenders: dict[str, tuple[int, Callable[[int], None]]] = {
        "raw smtplib": (each, lambda count: _raw(port, body, count)),
        "raw again": (each, lambda count: _raw(port, body, count)),
        "product": (each, lambda count: _swept(sweep_notices(limit=count).sent, count)),
        "usual way": (USUAL, lambda count: send_usual(port, count)),
    }
    times: dict[str, list[list[float]]] = {name: [] for name in contenders}
    for _ in range(SLICES):
        for name, (count, work) in contenders.items():
            began = time.perf_counter()
            work(count)
            # Two of the same, for a percentile of one is none.
            took = (time.perf_counter() - began) / count
            times[name].append([took, took])
    _count(file, number, each)
    return Race(times)


def _one_mail() -> bytes:
    """A mail of the product's, so that the floor hands over as much."""
    from evaltracker.evaluations.models import Notice
    from evaltracker.notices.kinds import KINDS
    from evaltracker.notices.mail import outgoing_message

    notice = Notice.objects.select_related("recipient", "evaluation")[0]
    message = KINDS[notice.kind].compose(notice)
    sent = bytes(outgoing_message(notice, message))
    return sent.replace(notice.message_id.encode(), b"<raw@example.org>")


def _raw(port: int, body: bytes, count: int) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as server:
        for _ in range(count):
            server.sendmail("raw@example.org", ["reader@example.org"], body)


def _swept(sent: int, count: int) -> None:
    if sent != count:
        raise SystemExit(f"{sent} of {count} notices were sent")


def _count(file: Path, number: int, each: int) -> None:
    """All that was owed has arrived, each once, and nothing else has."""
    lines = [line.split()[0] for line in file.read_text().splitlines()]
    raw, usual = lines.count("<raw@example.org>"), lines.count("<usual@example.org>")
    ours = [line for line in lines if not line.startswith(("<raw@", "<usual@"))]
    right = (2 * each * SLICES, USUAL * SLICES, number, number)
    if (raw, usual, len(ours), len(set(ours))) != right:
        raise SystemExit(f"arrived: {raw}, {usual}, {len(ours)}, not {right}")
    print(f"  {number:,} owed, each arrived once; {raw + usual:,} of the others")


def _idle(rows: int, size: Size) -> int:
    """A million rows, none due: a tenth waits for tomorrow, the rest is sent."""
    from django.db import connection

    from evaltracker.notices.services.delivery import sweep_notices

    with connection.cursor() as cursor:
        cursor.execute(COPIES, [rows])
        cursor.execute("VACUUM ANALYZE evaluations_notice")

    def one() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()

    contenders: dict[str, Callable[[], object]] = {
        "SELECT 1": one,
        "SELECT 1 again": one,
        "idle sweep": sweep_notices,
    }
    race = alternate(contenders, size)
    same = ("SELECT 1", "SELECT 1 again")
    return report("notices-idle", race, same=same, goals=IDLE)


COPIES = """
INSERT INTO evaluations_notice (
    id, kind, evaluation_id, subject_id, occurrence, offset_days, recipient_id, address,
    addressee, placed, wall_time, zone, due_at, state, attempts, next_try_at,
    message_id, maybe_repeated, created_at, sent_at, last_error, suppressed_because
)
SELECT gen_random_uuid(), kind, evaluation_id, subject_id, 'copy ' || n, offset_days,
    recipient_id, '', '', placed, wall_time, zone, due_at,
    CASE WHEN n %% 10 = 0 THEN 'pending' ELSE 'sent' END, 0,
    CASE WHEN n %% 10 = 0 THEN now() + (n || ' seconds')::interval + interval '1 day'
        ELSE next_try_at END,
    '<' || n || '@copy.example>', false, created_at, now(), '', ''
FROM generate_series(1, %s) n, (SELECT * FROM evaluations_notice LIMIT 1) one
"""

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
