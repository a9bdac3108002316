#!/usr/bin/env python3
"""Start a purchase with the requirements of a CSV. Needs Python 3.12 and nothing else.

    export EVALTRACKER_TOKEN=evp_...  # Your account, Tokens: scope write, all purchases
    python start_purchase.py https://evaltracker.example requirements.csv \
        --title "Choose a CRM" --buyer "Example Foods"

The file has these column heads, in any order: ref, category, text, priority (must,
should or nice) and weight (0 to 10).
"""

import argparse
import csv
import json
import os
import sys
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from typing import Any

COLUMNS = ("ref", "category", "text", "priority", "weight")


class Stopped(Exception):
    """Nothing more is done; the text says why."""


class Api:
    """The API for people's programs, with one token."""

    def __init__(self, site: str, token: str) -> None:
        self.root = f"{site.rstrip('/')}/api/v1/staff/"
        self.token = token

    def call(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """What it answers; with a body it is a POST that is never done twice."""
        headers = {"Authorization": f"Bearer {self.token}"}
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
            headers["Idempotency-Key"] = str(uuid.uuid4())
        address = path if path.startswith("http") else self.root + path
        request = urllib.request.Request(address, data, headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise Stopped(json.load(error)["detail"]) from error

    def do(self, act: str, target: str = "", **fields: Any) -> str:
        """Do an act on a thing; the id of what it made."""
        place = f"acts/{act}/{target}/" if target else f"acts/{act}/"
        return str(self.call(place, fields)["made"]["id"])

    def all_of(self, path: str) -> list[dict[str, Any]]:
        """Every row of a list."""
        rows: list[dict[str, Any]] = []
        following = f"{path}?limit=1000"
        while following:
            page = self.call(following)
            rows += page["results"]
            following = page["next"]
        return rows


def start(api: Api, rows: list[dict[str, str]], title: str, buyer: str) -> str:
    """Start it and add each row; the slug under which it is read."""
    purchase = api.do("start-evaluation", title=title, buyer=buyer)
    listed = api.all_of("evaluations/")
    slug = next(str(row["slug"]) for row in listed if row["id"] == purchase)
    has = api.all_of(f"evaluations/{slug}/categories/")
    categories = {row["name"]: row["id"] for row in has}
    for row in rows:
        name = row.pop("category")
        if name not in categories:
            categories[name] = api.do("add-category", purchase, name=name)
        api.do("add-requirement", purchase, **row, category=categories[name])
    return slug


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Start a purchase from a CSV.")
    parser.add_argument("site")
    parser.add_argument("file", type=Path)
    parser.add_argument("--title", required=True)
    parser.add_argument("--buyer", required=True)
    given = parser.parse_args(arguments)
    with given.file.open(encoding="utf-8-sig", newline="") as file:
        rows = [{name: row[name] for name in COLUMNS} for row in csv.DictReader(file)]
    api = Api(given.site, os.environ["EVALTRACKER_TOKEN"])
    try:
        slug = start(api, rows, given.title, given.buyer)
        asked = api.all_of(f"evaluations/{slug}/requirements/")
        blockers = api.call(f"evaluations/{slug}/blockers/")
    except Stopped as stopped:
        print(stopped, file=sys.stderr)
        return 1
    print(f"{slug}: {len(asked)} requirements")
    for gate in blockers["gates"]:
        for blocker in gate["blockers"]:
            print(f"- {blocker['sentence']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
