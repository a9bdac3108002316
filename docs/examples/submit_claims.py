#!/usr/bin/env python3
"""Submit a spreadsheet of claims to evaltracker. Needs Python 3.12 and nothing else.

    export EVALTRACKER_TOKEN=evt_...
    python submit_claims.py https://evaltracker.example claims.csv --hand-in

The file is a CSV or an .xlsx with these column heads, in any order: requirement,
availability, statement and, where you have them, available_from (a day as 2030-01-31),
environments (separated by semicolons), evidence_url, and holds_for: everywhere, the
values of the buyer's lists, as in "Runs on: AWS, on premises; Languages: everywhere",
or an answer for each, as in "Runs on: AWS = now, on premises = planned 2030-01-31".
Where a number is asked, number and unit say yours: 12 and ms.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import hashlib
import json
import os
import re
import sys
import time
import urllib.error
import urllib.request
import uuid
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

MOST_CLAIMS, MOST_BYTES = 1_000, 1_900_000  # of one batch
TRIES = 5
NEEDED = ("requirement", "availability", "statement")
WORDS = (
    *(*NEEDED, "available_from", "environments"),
    *("evidence_url", "holds_for", "number"),
)
COLUMNS = (*WORDS, "unit")
# What a receipt is computed over, in the API's words.
SAID = (*WORDS, "revision")
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
EVERYWHERE = "everywhere"
FIRST_DAY = datetime.date(1899, 12, 30)  # of a workbook's calendar


class Stopped(Exception):
    """Nothing more is sent; the text says why."""


class Api:
    """The vendor API with one token."""

    def __init__(self, site: str, token: str) -> None:
        if not site.startswith(("https://", "http://")):
            raise Stopped("The site must start with https://")
        self.root = f"{site.rstrip('/')}/api/v1/"
        self.token = token

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The answer; waits and asks again if the server says so or cannot be reached.

        The key is the same each time, so nothing is done twice.
        """
        address = path if path.startswith("http") else self.root + path
        headers = {"Authorization": f"Bearer {self.token}"}
        data = None
        if method == "POST":
            headers["Content-Type"] = "application/json"
            headers["Idempotency-Key"] = str(uuid.uuid4())
            data = json.dumps(body or {}).encode()
        request = urllib.request.Request(
            address, data=data, headers=headers, method=method
        )
        for again in range(TRIES):
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                wait = error.headers.get("Retry-After")
                with error:
                    if wait is None or again == TRIES - 1:
                        raise Stopped(problem_lines(error, body)) from error
                time.sleep(int(wait))
            except urllib.error.URLError as error:
                if again == TRIES - 1:
                    raise Stopped(f"{self.root}: {error.reason}") from error
                time.sleep(2**again)
        raise Stopped("The server could not be reached.")

    def all_of(self, path: str) -> list[dict[str, Any]]:
        """Every row of a list."""
        found: list[dict[str, Any]] = []
        following: str | None = f"{path}?limit=1000"
        while following:
            page = self.call("GET", following)
            found += page["results"]
            following = page["next"]
        return found


def problem_lines(answer: urllib.error.HTTPError, body: Any) -> str:
    """The problem as lines; an item of a batch is told by its requirement."""
    try:
        problem = json.load(answer)
    except ValueError:
        return f"{answer.code} {answer.reason}"
    lines = [problem["detail"]]
    for error in problem.get("errors", []):
        place = error["pointer"]
        item = re.match(r"#/claims/(\d+)", place)
        if item and body:
            place = f"{body['claims'][int(item[1])]['requirement']}: {place}"
        lines.append(f"  {place}: {error['detail']}")
    return "\n".join(lines)


def read_claims(path: Path) -> list[dict[str, Any]]:
    """The claims of a CSV or .xlsx file."""
    if path.suffix.lower() == ".xlsx":
        rows = read_xlsx(path)
    else:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
    heads = [head.strip().lower().replace(" ", "_") for head in (rows or [[]])[0]]
    missing = [name for name in NEEDED if name not in heads]
    if missing:
        raise Stopped(f"{path} has no column {', '.join(missing)}.")
    claims = []
    for cells in rows[1:]:
        row = dict(zip(heads, (cell.strip() for cell in cells), strict=False))
        if row.get("requirement") and row.get("availability"):
            claims.append(claim_of(row))
    return claims


def claim_of(row: dict[str, str]) -> dict[str, Any]:
    """A row in the words of the API."""
    day = row.get("available_from", "")
    if re.fullmatch(r"\d{5}(\.0+)?", day):
        day = (FIRST_DAY + datetime.timedelta(days=int(float(day)))).isoformat()
    places = row.get("environments", "").split(";")
    return {
        "requirement": row["requirement"],
        "availability": row["availability"].lower().replace(" ", "_"),
        "available_from": day or None,
        "environments": [place.strip() for place in places if place.strip()],
        "statement": row.get("statement", ""),
        "evidence_url": row.get("evidence_url", ""),
        "holds_for": held_for(row.get("holds_for", "")),
        "number": number_of(row),
    }


def number_of(row: dict[str, str]) -> dict[str, str] | None:
    """The number that is claimed, and its unit; None of a blank cell."""
    value = row.get("number", "")
    return {"value": value, "unit": row.get("unit", "")} if value else None


def held_for(text: str) -> Any:
    """The values of a cell by their list, or lines with an answer for each of them;
    None of a blank cell."""
    if not text or text.lower() == EVERYWHERE:
        return text.lower() or None
    held: dict[str, Any] = {}
    lines: list[dict[str, Any]] = []
    for part in text.split(";"):
        name, colon, values = (piece.strip() for piece in part.partition(":"))
        if not colon:
            raise Stopped(f"“{part.strip()}” names no list, as in “Runs on: AWS”.")
        for each in values.split(","):
            value, equals, answer = (piece.strip() for piece in each.partition("="))
            value = EVERYWHERE if value.lower() == EVERYWHERE else value
            if equals:
                named = EVERYWHERE if value == EVERYWHERE else [value]
                lines.append({"values": {name: named}, **answer_of(answer)})
            else:
                held.setdefault(name, []).append(value)
    if lines and held:
        raise Stopped(f"Give each value of “{text}” an answer of its own, or none.")
    return lines or {
        name: EVERYWHERE if named == [EVERYWHERE] else named
        for name, named in held.items()
    }


def answer_of(text: str) -> dict[str, Any]:
    """Availability and day of “planned 2030-01-31”."""
    word, _, day = text.lower().replace("on request", "on_request").partition(" ")
    return {"availability": word, "available_from": day.strip() or None}


def read_xlsx(path: Path) -> list[list[str]]:
    """The texts of the first sheet. Only open workbooks of your own with this."""
    with zipfile.ZipFile(path) as book:
        names = book.namelist()
        shared: list[str] = []
        if "xl/sharedStrings.xml" in names:
            tree = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
            shared = [text_in(item) for item in tree.iter(f"{MAIN}si")]
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    rows = []
    for row in sheet.iter(f"{MAIN}row"):
        cells: list[str] = []
        for cell in row.iter(f"{MAIN}c"):
            column = column_of(cell.get("r", ""), len(cells))
            cells += [""] * (column - len(cells))
            cells.append(value_of(cell, shared))
        rows.append(cells)
    return rows


def value_of(cell: ElementTree.Element, shared: list[str]) -> str:
    """What a cell shows."""
    if cell.get("t") == "inlineStr":
        return text_in(cell)
    value = cell.findtext(f"{MAIN}v", "")
    return shared[int(value)] if cell.get("t") == "s" else value


def text_in(element: ElementTree.Element) -> str:
    return "".join(part.text or "" for part in element.iter(f"{MAIN}t"))


def column_of(place: str, following: int) -> int:
    """The number, from 0, of the column that “AB7” stands in."""
    number = 0
    for letter in re.sub(r"[^A-Z]", "", place):
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1 if number else following


def batches(claims: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Parts that one call takes."""
    fits = len(claims) <= MOST_CLAIMS and len(json.dumps(claims)) <= MOST_BYTES
    if fits or len(claims) < 2:
        return [claims]
    half = len(claims) // 2
    return batches(claims[:half]) + batches(claims[half:])


def home_of(api: Api, wanted: str | None) -> str:
    """The address of the invitation; without a wish it must be the only one."""
    if wanted:
        return f"invitations/{wanted}/"
    found = api.all_of("invitations/")
    if len(found) != 1:
        listed = "".join(f"\n  {row['id']}  {row['evaluation']}" for row in found)
        raise Stopped(f"Name one of your {len(found)} invitations:{listed}")
    return f"invitations/{found[0]['id']}/"


def digest_of(claims: list[dict[str, Any]]) -> str:
    """What a receipt over these claims must say."""
    said = [{name: claim[name] for name in SAID} for claim in claims]
    said.sort(key=lambda claim: claim["requirement"])
    form: dict[str, Any] = {"form": 3, "claims": said}
    taking = [claim for claim in claims if claim.get("effort")]
    if taking:
        taking.sort(key=lambda claim: claim["requirement"])
        rows = [{"requirement": it["requirement"], **it["effort"]} for it in taking]
        form = {"form": 4, "claims": said, "efforts": rows}
    text = json.dumps(form, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def run(given: argparse.Namespace) -> None:
    """Send the file, and hand in if that is wanted."""
    token = os.environ.get("EVALTRACKER_TOKEN", "")
    if not token:
        raise Stopped("Put your token into the environment: EVALTRACKER_TOKEN")
    claims = read_claims(given.file)
    api = Api(given.site, token)
    home = home_of(api, given.invitation)
    for some in batches(claims):
        done = api.call("POST", f"{home}claims/batch/", {"claims": some})
        print(f"{done['created']} new, {done['unchanged']} unchanged")
    if given.hand_in:
        receipt = api.call("POST", f"{home}submission/")
        if receipt["sha256"] != digest_of(api.all_of(f"{home}claims/")):
            raise Stopped("The receipt is not over the claims that are read back.")
        print(f"Receipt {receipt['number']}, {receipt['submitted_at']}")
        print(f"SHA-256 {receipt['sha256']}, over {receipt['claims']} claims: verified")


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0 if all was taken, 1 if the batch that is told was not."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("site", help="https://evaltracker.example")
    parser.add_argument("file", type=Path, help="claims as .csv or .xlsx")
    parser.add_argument("--invitation", help="its id, if you have several")
    parser.add_argument("--hand-in", action="store_true", help="and get a receipt")
    try:
        run(parser.parse_args(arguments))
    except (Stopped, OSError, UnicodeError, zipfile.BadZipFile) as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
