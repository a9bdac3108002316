"""Verify an unpacked evidence pack: python3 verify.py

Needs Python alone, and nothing of evaltracker. It recomputes the SHA-256 of every
file, the fingerprints of the memo and of words that were signed, and the hash of every
entry of the journal.
"""

import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

GENESIS = "0" * 64
DECIDED = "evaluation.decided"
SIGNED = "sign_off.given"
# Files that are named by the SHA-256 of their content.
NAMED = re.compile(r"(?:files|sign-offs)/([0-9a-f]{64})(?:\.|$)")
FORM = 1
NEWER = "was written by a newer version; its content was not checked"


def sums(folder: Path) -> list[str]:
    """Files that are not as SHA256SUMS says, or that it does not name."""
    wrong = []
    named = {"SHA256SUMS"}
    for line in (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, name = line.split("  ", 1)
        named.add(name)
        path = folder / name
        if not path.is_file():
            wrong.append(f"{name} is missing")
        elif (content := hashlib.sha256(path.read_bytes()).hexdigest()) != digest:
            wrong.append(f"{name} was altered")
        elif (by_name := NAMED.match(name)) and by_name[1] != content:
            wrong.append(f"{name} is not what its name says")
    there = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file()
    }
    return wrong + [f"{name} is not in SHA256SUMS" for name in sorted(there - named)]


def memo(folder: Path, head: dict[str, Any]) -> list[str]:
    """Whether memo.json is what was decided."""
    content = (folder / "memo" / "memo.json").read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest == head["memo_sha256"]:
        return []
    return ["memo.json is not what was decided"]


def journal(folder: Path, head: dict[str, Any]) -> list[str]:
    """The first entry that does not hold, and whether the head is the last one."""
    previous = GENESIS
    number = 0
    newer = []
    signed = set()
    with (folder / "journal" / "journal.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            number += 1
            if entry["number"] != number or entry["previous_hash"] != previous:
                return [f"entry {number} does not follow the one before"]
            form = re.match(r"form/([0-9]{1,4}) - - -(\n|$)", entry.get("rows") or "")
            if form and int(form[1]) > FORM:
                newer.append(f"entry {number} {NEWER}")
            elif not entry.get("withheld"):
                if chained(entry, head) != entry["hash"]:
                    return [f"entry {number} was altered"]
                memo_sha256 = entry["after"].get("memo_sha256")
                if entry["action"] == DECIDED and memo_sha256 != head["memo_sha256"]:
                    return [f"entry {number} tells of another memo"]
                if entry["action"] == SIGNED:
                    signed.add(f"{entry['after']['document']}.md")
            previous = entry["hash"]
    if (number, previous) != (head["entries"], head["head"]):
        return ["the journal does not end at its head"]
    there = {path.name for path in folder.glob("sign-offs/*.md")}
    wrong = [f"sign-offs/{name} is missing" for name in sorted(signed - there)]
    if not newer:  # whose entries may tell of more
        unmentioned = sorted(there - signed)
        wrong += [
            f"no entry tells that sign-offs/{name} was signed" for name in unmentioned
        ]
    return wrong + newer


def chained(entry: dict[str, Any], head: dict[str, Any]) -> str:
    """SHA-256 over the previous hash and each field: its length, a colon, its JSON."""
    digest = hashlib.sha256(entry["previous_hash"].encode())
    for field in head["fields"]:
        text = json.dumps(entry[field], sort_keys=True, ensure_ascii=False).encode()
        digest.update(f"{len(text)}:".encode())
        digest.update(text)
    if entry.get("rows") is not None:
        text = entry["rows"].encode()
        digest.update(f"{len(text)}:".encode())
        digest.update(text)
    return digest.hexdigest()


def main() -> int:
    """Say what does not hold (1), or cannot be checked (2); 0 if everything holds."""
    folder = Path(__file__).resolve().parent
    head = json.loads((folder / "journal" / "head.json").read_text(encoding="utf-8"))
    wrong = [*sums(folder), *memo(folder, head), *journal(folder, head)]
    for sentence in wrong or ["Everything holds."]:
        sys.stdout.write(f"{sentence}\n")
    if any(not sentence.endswith(NEWER) for sentence in wrong):
        return 1
    return 2 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
