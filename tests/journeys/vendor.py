"""A vendor at work: its own program, which knows an address and a token."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tests.clients import unnamed

ABSENT = "01900000-0000-7000-8000-000000000000"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said."""

    status: int
    body: bytes

    @property
    def data(self) -> Any:
        """The body, read."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class VendorClient:
    """Calls the vendor API over HTTP."""

    home: str
    token: str

    def call(self, method: str, path: str, body: Any = None) -> Answer:
        """One call; a refusal is an answer too."""
        request = Request(
            f"{self.home}/api/v1/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
            },
        )
        try:
            with urlopen(request, timeout=60) as answer:
                return Answer(answer.status, answer.read())
        except HTTPError as refusal:
            with refusal:
                return Answer(refusal.code, refusal.read())


def claim_on(ref: str) -> dict[str, str]:
    """What the vendor says to a requirement."""
    return {
        "requirement": ref,
        "availability": "now",
        "holds_for": "everywhere",
        "statement": f"{ref} is in every plan.",
        "evidence_url": "https://example.com/docs",
    }


def answer_the_must_haves(vendor: VendorClient) -> list[str]:
    """Read the one invitation and what it asks; claim every must-have.

    Returns:
        The refs of the must-haves.

    """
    (invitation,) = vendor.call("GET", "invitations/").data["results"]
    assert invitation["claims_open"] is True
    home = f"invitations/{invitation['id']}"
    asked = vendor.call("GET", f"{home}/requirements/").data["results"]
    assert all("weight" not in value for value in asked)
    musts = [row["ref"] for row in asked if row["priority"] == "must"]
    for ref in musts:
        assert vendor.call("POST", f"{home}/claims/", claim_on(ref)).status == 201
    again = vendor.call("POST", f"{home}/claims/", claim_on(musts[0]))
    assert again.status == 200, "the same words write nothing"
    own = vendor.call("GET", f"{home}/claims/").data["results"]
    assert {row["requirement"] for row in own} == set(musts)
    return musts


def try_the_rivals(vendor: VendorClient, rival: str) -> None:
    """A rival's invitation is not there, to the last byte but for the call's name."""
    theirs = vendor.call("POST", f"invitations/{rival}/claims/", claim_on("R06.2"))
    absent = vendor.call("POST", f"invitations/{ABSENT}/claims/", claim_on("R06.2"))
    assert theirs.status == absent.status == 404
    assert unnamed(theirs.body) == unnamed(absent.body)


def come_too_late(vendor: VendorClient, own: str) -> None:
    """After the close even a better word is refused."""
    late = claim_on("R06.2") | {"statement": "We do even more now."}
    answer = vendor.call("POST", f"invitations/{own}/claims/", late)
    assert answer.status == 409
    assert "closed" in answer.data["detail"]
