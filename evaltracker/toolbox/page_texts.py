"""The text of a file by its pages, read in a process of its own: files are hostile."""

import contextlib
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MEMORY_BYTES = 1024**3
SECONDS = 60
MOST_CHARACTERS = 12_000_000
ROOT = Path(__file__).parents[2]


def page_texts(content: bytes, content_type: str) -> list[str]:
    """The text of each page; empty if it has none, is damaged, or takes too much."""
    try:
        child = subprocess.run(  # noqa: S603  # ourselves; the file goes to its stdin
            [sys.executable, "-P", __file__, content_type],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what readers say quotes the file
            timeout=SECONDS,
            check=True,
            cwd=ROOT,
            env={},
        )
        pages = json.loads(child.stdout)
    except (subprocess.SubprocessError, ValueError):
        return []
    return [str(page) for page in pages]


def _pages(content: bytes, content_type: str) -> Iterator[str]:
    if content_type == "application/pdf":
        from pypdf import PdfReader  # a text needs none of these

        for page in PdfReader(io.BytesIO(content)).pages:
            yield page.extract_text()
    elif content_type.endswith("wordprocessingml.document"):
        from docx import Document
        from docx.oxml.ns import qn

        parts = {qn("w:t"): "", qn("w:tab"): "\t", qn("w:br"): "\n"}
        lines = Document(io.BytesIO(content)).element.body.iter(qn("w:p"))
        yield "\n".join(_line_text(line, parts) for line in lines)
    elif content_type.startswith("text/"):
        wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
        try:
            yield content.decode("utf-16" if wide else "utf-8-sig")
        except UnicodeDecodeError:
            yield content.decode("cp1252", "replace")


def _line_text(line: Any, parts: dict[str, str]) -> str:
    elements = line.iter(*parts)
    return "".join(parts[element.tag] or element.text or "" for element in elements)


def main() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # not there on every system

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    pages = list(_pages(sys.stdin.buffer.read(), sys.argv[1]))
    if sum(map(len, pages)) > MOST_CHARACTERS:
        sys.exit(1)
    sys.stdout.write(json.dumps(pages))


if __name__ == "__main__":
    main()
