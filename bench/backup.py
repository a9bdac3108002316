"""T34: 200,000 claims, their journals and files, dumped and restored elsewhere.

As docs/operations.md tells it: into a database that was migrated and walled anew. What
comes out has to equal what went in, row by row, and the two checks have to be silent.
"""

import io
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

from bench.harness import Place, Product, place, product

INVITATIONS, CLAIMS = 200, 1_000


def main(arguments: Sequence[str]) -> int:
    """0 when the restored installation is the same as the first."""
    invitations = INVITATIONS // 50 if "--quick" in arguments else INVITATIONS
    with place() as here, product(here) as ours:
        fill(invitations)
        copy = elsewhere(here, ours)
        file = here.folder / "evaltracker.dump"
        return 0 if same(ours, copy, file) else 1


def fill(invitations: int) -> None:
    """Invitations with a batch of claims and a file each, through the services."""
    from bench.seeds import many_invitations
    from evaltracker.evaluations.journal import Actor
    from vendors.models import Candidate, Claim
    from vendors.services.claims import Stated, submit_claims
    from vendors.services.drafts import attach_file

    words = "Described in the documents beside this, as number "
    stated = [Stated(f"R{at}", "now", f"{words}{at}.") for at in range(CLAIMS)]
    by = Actor(name="A vendor's script")
    for invitation in many_invitations(invitations, asked=CLAIMS):
        candidate = Candidate.objects.get(pk=UUID(invitation.pk))
        submit_claims(candidate=candidate, claims=stated, by=by)
        attach_file(
            candidate=candidate,
            requirement=candidate.evaluation.requirements.get(ref="R0"),
            file=io.BytesIO(b"%PDF-1.7 " + invitation.pk.encode() * 2_000),
            name="proof.pdf",
            by=by,
        )
    print(f"\n{Claim.objects.count():,} claims of {invitations} candidates")


def elsewhere(here: Place, ours: Product) -> Product:
    """Another installation, empty, with its tables and its wall."""
    env = {text: said.replace("/product", "/copy") for text, said in ours.env.items()}
    env["DATABASE_URL"] = here.database("copy")
    env["DATA_DIR"] = str(here.folder / "copy")
    copy = replace(ours, env=env)
    copy.manage("migrate", "--noinput", "-v0")
    copy.harden()
    return copy


def same(ours: Product, copy: Product, file: Path) -> bool:
    """Dump, restore and compare; each step with its time."""
    from tests.faults.restoring import dump, print_of, restore

    source, target = ours.env["DATABASE_URL"], copy.env["DATABASE_URL"]
    files, copied = (
        Path(product.env["DATA_DIR"]) / "media" for product in (ours, copy)
    )
    dumped = timed("pg_dump", lambda: dump(source, file))
    print(f"  the file: {file.stat().st_size / 1e6:.0f} MB")
    over = ("--clean", "--if-exists")
    restored = timed("pg_restore", lambda: restore(target, file, *over))
    timed("files copied", lambda: shutil.copytree(files, copied))
    copy.harden()
    timed("verify_journal", lambda: copy.manage("verify_journal"))
    timed("verify_files", lambda: copy.manage("verify_files"))
    before, after = print_of(source), print_of(target)
    rows = sum(count for count, _ in before.rows.values())
    print(f"  {len(before.rows)} tables, {rows:,} rows")
    print(f"  {dumped.stderr + restored.stderr or 'no complaint'}")
    differ = [name for name in before.rows if before.rows[name] != after.rows[name]]
    print(f"  tables that differ: {', '.join(differ) or 0}")
    print(f"  sequences alike: {before.sequences == after.sequences}")
    print(f"  policies, grants, triggers alike: {before.around == after.around}")
    return before == after and not dumped.returncode and not restored.returncode


def timed(what: str, work: Callable[[], Any]) -> Any:
    """What it returns; how long it took is printed."""
    began = time.monotonic()
    result = work()
    print(f"  {what}: {time.monotonic() - began:.1f} s")
    return result


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
