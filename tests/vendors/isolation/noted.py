"""One story told twice: once with a buyer who notes and imports, once without.

What a vendor hears has to be the same, byte for byte, but for ids and times.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F

from evaltracker.evaluations.models import Requirement
from tests.imported import take_in
from tests.vendors.isolation.crawl import NOBODY, Call, Response
from tests.vendors.isolation.expectations import EFFORT, Route
from tests.vendors.isolation.marks import HOUSE, NOTED_DAYS, marks_in
from vendors.claims import ClaimWords
from vendors.models import Candidate, Claim
from vendors.selectors.candidates import asked_requirements
from vendors.services.claims import note_claim, withdraw_claim
from vendors.sheets import write_sheet

REFS = tuple(f"R{number}" for number in range(1, 7))
READS = (
    *("", "requirements/", "claims/", "claims/?history=1", "claims/?to_confirm=1"),
    *("claims/?history=1&limit=1", "claims/?limit=2", "answer-sheet/", "submission/"),
    *("questions/", "proposals/", "trial/", "claims/R1/files/", "claims/R2/files/"),
)
# Ids, times, and the parts of a spreadsheet that tell when it was made.
OWN = re.compile(
    rb"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)?"
)


@dataclass(slots=True)
class Story:
    """A vendor that calls, a buyer that notes or does not, and what was heard."""

    candidate: Candidate
    token: str
    notes: bool
    disguise: Callable[[], Any] = NOBODY
    heard: list[tuple[str, int, bytes]] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)

    # --- The buyer ----------------------------------------------------------------
    def note(self, *refs: str) -> None:
        """The owner notes what it was told, with a mark."""
        for ref in refs if self.notes else ():
            note_claim(
                candidate=self.candidate,
                requirement=self._asked(ref),
                statement=f"{HOUSE} {Claim.objects.count()}",
                by=self._owner,
            )

    def take_back(self, ref: str) -> None:
        """The owner withdraws its note."""
        if self.notes:
            withdraw_claim(
                candidate=self.candidate, requirement=self._asked(ref), by=self._owner
            )

    def import_(self, *refs: str) -> None:
        """A spreadsheet has a status, and the days that it takes."""
        if self.notes:
            where = self.candidate.evaluation
            row = f',Acme ML,now,"build, {NOTED_DAYS}, buyer"\n'
            table = "Ref,Candidate,Availability,Effort\n"
            table += "".join(ref + row for ref in refs)
            take_in("claims", where, table)

    @property
    def _owner(self) -> Any:
        return self.candidate.evaluation.owner

    def _asked(self, ref: str) -> Requirement:
        return Requirement.objects.get(evaluation=self.candidate.evaluation, ref=ref)

    # --- The vendor ---------------------------------------------------------------
    def read(self) -> None:
        """Every call that reads."""
        for path in READS:
            self.call("GET", path)

    def claim(self, ref: str, statement: str = "yes", **more: str) -> None:
        """An answer."""
        body = {"requirement": ref, **answer(statement)}
        self.call("POST", "claims/", body, **more)

    def batch(self, *refs: str, statement: str = "yes") -> None:
        """Many answers in one call."""
        claims = [{"requirement": ref, **answer(statement)} for ref in refs]
        self.call("POST", "claims/batch/", {"claims": claims})

    def sheet(self, *refs: str, dry: bool) -> None:
        """The answer sheet, filled in; dry or not."""
        words = {ref: ClaimWords("now", statement="On a sheet.") for ref in refs}
        asked = asked_requirements(self.candidate.evaluation).filter(ref__in=refs)
        route = Route({}, upload="a.xlsx", content=write_sheet(asked, words))
        self.call("POST", f"answer-sheet/{'?dry_run=1' * dry}", route=route)

    def attach(self, ref: str) -> None:
        """A file as proof."""
        self.call("POST", f"claims/{ref}/files/", route=Route({}, upload="proof.txt"))

    def call(
        self, method: str, path: str, body: Any = None, **more: Any
    ) -> tuple[str, int, bytes]:
        """Call, and keep what was heard."""
        route = more.pop("route", None) or Route({}, body or {})
        path, _, query = path.partition("?")
        address = f"api/v1/invitations/{self.candidate.pk}/{path}"
        call = Call(method, address, self.token, route, query and f"?{query}", **more)
        heard = call.hear(self.disguise)
        if marks_in(heard.everything, HOUSE):
            self.marks.append(str(call))
        self.heard.append((f"{method} {path}{query}", heard.status, plain(heard)))
        return self.heard[-1]

    def reworded(self, *refs: str) -> None:
        """The owner words requirements anew; with and without notes."""
        where = self.candidate.evaluation
        where.requirements.filter(ref__in=refs).update(revision=F("revision") + 1)


def answer(statement: str) -> dict[str, Any]:
    """As it is sent, with what it takes; the same words keep that as it is."""
    body: dict[str, Any] = {"availability": "now", "statement": statement}
    return body | ({"effort": EFFORT} if statement != "yes" else {})


def plain(heard: Response) -> bytes:
    """An answer without ids and times; of a spreadsheet, its cells without its size."""
    body = heard.body
    if body.startswith(b"PK"):
        body = heard.everything.partition(b"\n\n")[2]
    return OWN.sub(b"_", body)
