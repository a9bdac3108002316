"""Walking the vendor API: every route, method, id and token, and all that is heard."""

import io
import itertools
import json
import re
import uuid
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import URLPattern, URLResolver, get_resolver

from tests.clients import heard
from tests.lock_order import around_tests
from tests.vendors.isolation.expectations import ROUTES, Route
from tests.vendors.isolation.world import WRITTEN, Party

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
IDS = ("invitation", "file", "gap", "document")
# The order in which `addresses` begins.
OWN_AND_A_PAIR = ("own", "foreign", "absent")
KWARG = re.compile(r"<\w+:(\w+)>")
# What protects a form differs by design.
ONCE = re.compile(rb'(?<=name="csrfmiddlewaretoken" value=")\w+')
FORM = "application/x-www-form-urlencoded"
CLIENT = Client(raise_request_exception=False)
NOBODY = nullcontext


@dataclass(frozen=True, slots=True)
class Response:
    """All that a caller gets, but for what differs with each answer."""

    status: int
    head: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def everything(self) -> bytes:
        """Status line, headers and body, a spreadsheet unpacked, to look for marks."""
        head = "\n".join(f"{name}: {value}" for name, value in self.head)
        body = self.body
        if body.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(io.BytesIO(body)) as book:
                body = b"\n".join(book.read(name) for name in book.namelist())
        return head.encode() + b"\n\n" + body


@dataclass(frozen=True, slots=True)
class Call:
    """One request."""

    method: str
    path: str
    token: str | None
    route: Route
    query: str = ""
    category: str = ""
    key: str = ""
    # Of a session in the vendor pages; pages know no tokens.
    cookie: str = ""

    def hear(
        self, disguise: Callable[[], AbstractContextManager[None]] = NOBODY
    ) -> Response:
        """What it is answered; `disguise` says as whom the database is asked."""
        headers = (
            {} if self.token is None else {"authorization": f"Bearer {self.token}"}
        )
        if self.cookie:
            headers["cookie"] = self.cookie
        if self.key:
            headers["idempotency-key"] = self.key
        body, kind = self._body()
        CLIENT.cookies.clear()  # whatever an answer before this one has set
        with disguise():
            answer: Any = CLIENT.generic(
                self.method, f"/{self.path}{self.query}", body, kind, headers=headers
            )
            status, head, content = heard(answer)
        return Response(status, tuple(head), ONCE.sub(b"", content))

    def _body(self) -> tuple[bytes, str]:
        if self.method in ("GET", "HEAD", "OPTIONS"):
            return b"", "application/json"
        if self.route.form:
            form = {
                name: text.replace("{category}", self.category)
                for name, text in self.route.form.items()
            }
            return urlencode(form).encode(), FORM
        if self.route.upload:
            file = SimpleUploadedFile(self.route.upload, self.route.content)
            return encode_multipart(BOUNDARY, {"file": file}), MULTIPART_CONTENT
        text = json.dumps(self.route.body).replace("{category}", self.category)
        return (text if self.route.body else "").encode(), "application/json"

    def __str__(self) -> str:
        return f"{self.method} /{self.path}{self.query}"


def routes() -> list[str]:
    """Every route of the vendor process, from the resolver itself."""
    return list(_flat(get_resolver("evaltracker.vendor_urls").url_patterns, ""))


def _flat(patterns: list[Any], before: str) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _flat(pattern.url_patterns, before + str(pattern.pattern))
        else:
            assert isinstance(pattern, URLPattern)
            yield before + str(pattern.pattern)


def amount_words(party: Party) -> tuple[str, ...]:
    """What of the price of its quote can be heard."""
    return (WRITTEN, f"{float(WRITTEN):,}", f"{party.mark} price")


def own_answers(
    party: Party,
    cookie: str,
    disguise: Callable[[], AbstractContextManager[None]] = NOBODY,
) -> dict[str, bytes]:
    """All that is answered at its own addresses, by page or call, to that session and
    to the token that the buyer issued; nothing of it stays."""
    answers = {}
    for route, expected in ROUTES.items():
        for method in ("GET", "POST", "PUT", "DELETE"):
            call = Call(method, fill(route, ids(party)), party.token, expected)
            with around_tests():
                answer = replace(call, cookie=cookie).hear(disguise)
                transaction.set_rollback(True)
            answers[f"{method} {route}"] = answer.everything
    return answers


def heard_in(answers: dict[str, bytes], words: tuple[str, ...]) -> set[str]:
    """The pages and calls in whose answers one of these words stands."""
    return {
        name
        for name, text in answers.items()
        if any(word.encode() in text for word in words)
    }


def amounts_heard(
    party: Party,
    cookie: str,
    disguise: Callable[[], AbstractContextManager[None]] = NOBODY,
) -> set[str]:
    """The pages and calls of its own in which the price of its quote is heard."""
    return heard_in(own_answers(party, cookie, disguise), amount_words(party))


def addresses(route: str, own: Party, foreign: Party) -> dict[str, str]:
    """The path of a route by who each of its ids belongs to.

    `own` throughout, and for each set of ids `foreign:…` beside `absent:…`.
    """
    names = [name for name in KWARG.findall(route) if name != "secret"]
    found = {"own": fill(route, ids(own))}
    for size in range(1, len(names) + 1):
        for chosen in itertools.combinations(names, size):
            theirs = {**ids(foreign), "ref": foreign.ref}
            for whose, others in (("foreign", theirs), ("absent", absent())):
                mixed = {**ids(own), **{name: others[name] for name in chosen}}
                found[f"{whose}:{'+'.join(chosen)}"] = fill(route, mixed)
    return found


def addresses_for(
    method: str, route: str, own: Party, foreign: Party, *, whole: bool
) -> dict[str, str]:
    """The paths at which a method is tried.

    Methods that the route does not have are refused before any id is read. Unless the
    `whole` is asked for one of them is tried, in turn: at the own path, and at a
    foreign one beside an absent one.
    """
    missing = [name for name in METHODS if name not in ROUTES[route].answers]
    if whole or method not in missing:
        return addresses(route, own, foreign)
    if method != missing[len(route) % len(missing)]:
        return {}
    paths = addresses(route, own, foreign).items()
    return dict(itertools.islice(paths, len(OWN_AND_A_PAIR)))


def ids(party: Party) -> dict[str, str]:
    """What this vendor puts into an address; R1 is asked of all."""
    return {
        "invitation": str(party.candidate.pk),
        "file": party.file,
        "gap": party.gap,
        "document": party.document,
        "ref": "R1",
        "secret": party.secret,
    }


def absent() -> dict[str, str]:
    """Ids of nothing."""
    return {
        **{name: str(uuid.uuid4()) for name in IDS},
        "ref": "no-such-ref",
    }


def fill(route: str, values: dict[str, str]) -> str:
    """The path of `route` with these values."""
    return KWARG.sub(lambda name: values[name[1]], route)
