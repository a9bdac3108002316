"""The evidence pack: everything that a decision rests on, with the way to verify it.

It is written piece by piece into a temporary file; what people handed in is copied in
chunks and the journal line by line, so memory does not grow with either.
"""

import hashlib
import json
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from evaltracker.decision.memo import verify_pack
from evaltracker.decision.memo.documents import (
    PAPERS,
    Unprintable,
    as_docx,
    as_pdf,
    as_xlsx,
    matrix_csv,
    matrix_xlsx,
)
from evaltracker.decision.memo.printing import SealedMemo, sealed_memo
from evaltracker.decision.memo.record import Memo
from evaltracker.decision.memo.results import replay
from evaltracker.decision.memo.signed_words import changes
from evaltracker.decision.memo.text import write_memo
from evaltracker.decision.models import Decision
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Entry, Evaluation
from stakeholders.models import (
    WORDS_ALTERED,
    SignedDocument,
    SignOff,
    altered,
    digest_of,
)
from trials.selectors.runs import recount

ALTERED = "The memo was changed after the decision: its SHA-256 does not fit."
MOST_LINES = 20


def digest_of_memo(memo: Memo) -> str:
    """The SHA-256 of a memo in canonical JSON."""
    return digest_of(canonical(memo))


def canonical(memo: Memo) -> str:
    return json.dumps(memo, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def is_altered(decision: Decision) -> bool:
    return digest_of_memo(decision.memo) != decision.memo_sha256


def differences(decision: Decision) -> list[str]:
    """What does not fit, a sentence each; empty if the decision holds.

    1. The fingerprint of memo and row, and of the row and the journal's entry.
    2. Every number, counted again from the frozen inputs.
    3. Every statistic that a verdict rests on, from the runs frozen with it.
    4. Of an altered memo also the words: those that were signed, and those that its
       inputs would be written as.
    5. The words that people signed, those of earlier stages too.
    """
    faults = list(fingerprints(decision))
    try:
        faults += replay(decision.memo)
    except (ArithmeticError, KeyError, TypeError, ValueError) as error:
        faults.append(f"The inputs cannot be counted any more: {error!r}.")
    faults += recount(decision.evaluation)
    if is_altered(decision):
        faults += signed_texts(decision)
        if len(faults) == 1:
            faults.append(
                "No number and no word differs, so something was altered that neither "
                "counts nor is printed. Compare it with an export or a backup."
            )
    return faults + altered_words(decision)


def altered_words(decision: Decision) -> list[str]:
    documents = SignedDocument.objects.in_evaluation(decision.evaluation)
    return [f"{document}: {WORDS_ALTERED}" for document in altered(documents)]


def fingerprints(decision: Decision) -> Iterator[str]:
    if is_altered(decision):
        yield ALTERED
    entry = Entry.objects.filter(
        evaluation=decision.evaluation_id, action="evaluation.decided"
    ).last()
    if entry is None:
        yield "The journal has no entry of this decision."
    elif entry.after.get("memo_sha256") != decision.memo_sha256:
        yield f"The fingerprint is not the one of the journal's entry {entry.number}."


def signed_texts(decision: Decision) -> Iterator[str]:
    memo = decision.memo
    signed = SignOff.objects.filter(
        visit__evaluation=decision.evaluation_id,
        visit__stage=Stage.DECISION,
        document__sha256=digest_of(memo["text"]),
    )
    if not signed.exists():
        yield "Nobody signed these words."
    try:
        written = write_memo(memo["inputs"], memo["results"])
    except (ArithmeticError, KeyError, TypeError, ValueError):
        return  # said by whoever counted
    for text in changes(memo["text"], written).splitlines()[:MOST_LINES]:
        if text.startswith("-"):
            source = "frozen words"
        else:
            source = "words of the inputs"
        yield f"{source}: {text[1:]}"


IN_MEMORY = 8 * 2**20
ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}$")
README = Path(__file__).with_name("pack_readme.txt")
WITHHELD = """
Entries with "withheld" tell of what is sealed from whoever took this pack. Their values
are left out, so their own hash cannot be counted again; their place in the chain can.
"""
UNPRINTED = """
There is no PDF: the server that made this pack lacks the libraries for it.
"""


class Pack:
    """A zip file that knows the SHA-256 of everything in it."""

    def __init__(self, decision: Decision) -> None:
        self.file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  whoever answers with it closes it
        self.zip = zipfile.ZipFile(self.file, "w", zipfile.ZIP_DEFLATED)
        self.sums: dict[str, str] = {}
        self.decision = decision

    def add(self, name: str, content: bytes | str) -> None:
        if isinstance(content, str):
            data = content.encode()
        else:
            data = content
        self.sums[name] = hashlib.sha256(data).hexdigest()
        with self.zip.open(self.entry(name), "w") as place:
            place.write(data)

    def add_lines(self, name: str, lines: Iterable[bytes]) -> None:
        digest = hashlib.sha256()
        with self.zip.open(self.entry(name), "w", force_zip64=True) as place:
            for line in lines:
                digest.update(line)
                place.write(line)
        self.sums[name] = digest.hexdigest()

    def add_stored(self, sha256: str, original: str, file: IO[bytes]) -> str:
        ending = ENDING.search(original)
        name = f"files/{sha256}{ending[0].lower() if ending else ''}"
        if name not in self.sums:
            with self.zip.open(self.entry(name), "w", force_zip64=True) as place:
                shutil.copyfileobj(file, place, 2**16)
            self.sums[name] = sha256
        return name

    def entry(self, name: str) -> zipfile.ZipInfo:
        when = self.decision.decided_at
        if when:
            stamp = when.timetuple()[:6]
        else:
            stamp = (1980, 1, 1, 0, 0, 0)
        info = zipfile.ZipInfo(name, stamp)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        return info

    def finish(self) -> IO[bytes]:
        lines = (f"{digest}  {name}\n" for name, digest in sorted(self.sums.items()))
        with self.zip.open(self.entry("SHA256SUMS"), "w") as place:
            place.write("".join(lines).encode())
        self.zip.close()
        self.file.seek(0)
        return self.file


def proven(memo: Memo, decision: Decision | None) -> SealedMemo:
    return sealed_memo(memo, decision, differences(decision) if decision else None)


def memo_as(
    kind: str,
    evaluation: Evaluation,
    memo: Memo,
    decision: Decision | None,
    paper: str = "a4",
) -> bytes:
    """A file of the memo; for None of a draft."""
    if kind == "xlsx":
        return as_xlsx(memo, decision)
    sealed = proven(memo, decision)
    if kind == "pdf":
        return as_pdf(evaluation, sealed, decision, paper)
    if kind == "docx":
        return as_docx(sealed, f"Decision memo: {evaluation.title}")
    return sealed.text.encode()


def add_memo(pack: Pack) -> bool:
    decision = pack.decision
    evaluation = decision.evaluation
    memo = decision.memo
    sealed = proven(memo, decision)
    pack.add("memo/memo.json", canonical(memo))
    pack.add("memo/memo.md", sealed.text)
    pack.add("memo/memo.docx", as_docx(sealed, f"Decision memo: {evaluation.title}"))
    pack.add("memo/memo.xlsx", as_xlsx(memo, decision))
    pack.add("matrix/matrix.csv", matrix_csv(memo))
    pack.add("matrix/matrix.xlsx", matrix_xlsx(memo))
    try:
        for paper in PAPERS:
            pdf = as_pdf(evaluation, sealed, decision, paper)
            pack.add(f"memo/memo-{paper}.pdf", pdf)
    except Unprintable:
        return False
    return True


def add_manual(pack: Pack, details: dict[str, Any], *, unprinted: bool) -> None:
    decision = pack.decision
    readme = README.read_text(encoding="utf-8").removesuffix("\n")
    readme = readme.format(
        title=decision.evaluation.title,
        decided=f"{decision.decided_at:%Y-%m-%d %H:%M} UTC",
        memo_sha256=decision.memo_sha256,
        by=details["by"],
        entries=details["entries"],
        head=details["head"],
        withheld=WITHHELD if details["withheld"] else "",
        unprinted=UNPRINTED if unprinted else "",
    )
    pack.add("README.txt", readme)
    pack.add("verify.py", Path(verify_pack.__file__).read_bytes())
