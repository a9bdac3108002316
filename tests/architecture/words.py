"""The sentences that vendors read, and their translations; `./dev words` keeps them.

`./dev words --list` prints every sentence that anybody reads.

`locale/*/LC_MESSAGES/django.po` hold what Python marks for translation anywhere, and
what the templates of the vendor rooms do. The lints of both ask here what these are.
"""

import io
import json
import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation import templatize

from tests.architecture.sentences import listing
from tests.architecture.source import ROOT, sources

LOCALE = ROOT / "locale"
PLURALS = {"de": "nplurals=2; plural=(n != 1);", "fr": "nplurals=2; plural=(n > 1);"}
HEAD = """msgid ""
msgstr ""
"Language: {}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {}\\n"

"""
PAGES = ("vendors/templates/vendors/portal", "trials/templates/trials/portal")
# What `gettext` is asked for by a name: why a file or a cell is refused.
DATA = {
    "evaltracker/rows/file_kinds.json": (
        *("sentences", "labels", "other_names", "signatures", "weak_signatures"),
        *("archives", "other_labels", "places"),
    ),
    "evaltracker/rows/words.json": ("sentences",),
    "vendors/claims.json": ("sentences",),
    "vendors/effort.json": ("sentences",),
}
KEYWORDS: dict[str, Any] = {
    **dict.fromkeys(("_", "_lazy", "gettext", "gettext_lazy"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}


@cache
def templates() -> dict[Path, str]:
    """The templates of vendors' pages and mails, by their path from the root."""
    from evaltracker.notices.kinds import KINDS
    from vendors.notices import ToVendor

    to_vendors = {name for name, kind in KINDS.items() if isinstance(kind, ToVendor)}
    found = [path for folder in PAGES for path in (ROOT / folder).rglob("*.html")]
    found += (ROOT / "evaltracker/templates/evaltracker/mail").glob("letter.*")
    mails = [*ROOT.glob("*/templates/mail/*.txt")]
    mails += ROOT.glob("evaltracker/*/templates/mail/*.txt")
    found += [path for path in mails if path.stem in to_vendors]
    found += ROOT.glob("*/templates/open/*.txt")
    return {path.relative_to(ROOT): path.read_text() for path in sorted(found)}


def messages() -> Iterator[tuple[Any, str | None]]:
    """Every marked sentence, with its plural if it has one, and its context."""
    read = dict(sources())
    for path, text in templates().items():
        # Names in the place of markup, and calls: nothing has to stand indented.
        lines = templatize(text, origin=str(path)).splitlines()
        read[path] = "\n".join(line.strip() for line in lines)
    for text in read.values():
        found = extract("python", io.BytesIO(text.encode()), KEYWORDS)
        for _, ids, _, context in found:
            yield ids, context
    for name, parts in DATA.items():
        data = json.loads((ROOT / name).read_text(encoding="utf-8"))
        for part in parts:
            yield from ((sentence, None) for sentence in data[part].values())


def po_of(language: str) -> Path:
    """Where the translations into a language stand."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def catalogue(language: str) -> Catalog:
    """The translations as they stand."""
    with po_of(language).open("rb") as file:
        return read_po(file, locale=language)


def written(language: str) -> bytes:
    """The file as it has to be: all sentences, what is translated kept."""
    head = HEAD.format(language, PLURALS[language]).encode()
    found, kept = read_po(io.BytesIO(head), locale=language), catalogue(language)
    for ids, context in messages():
        found.add(ids, context=context)
    for message in found:
        if message.id and (known := kept.get(message.id, message.context)):
            same = isinstance(known.string, str) == isinstance(message.id, str)
            message.string = known.string if same else message.string
    text = io.BytesIO()
    write_po(text, found, omit_header=True, sort_output=True, no_location=True)
    return head + text.getvalue().lstrip()


def is_done(message: Message) -> bool:
    """Whether it is translated, in all its forms."""
    said = message.string
    return all(said) if isinstance(said, list | tuple) else bool(said)


def compile_all() -> None:
    """Make anew what Django reads, where it is older than what people wrote."""
    for language in PLURALS:
        po, mo = po_of(language), po_of(language).with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
            continue
        # Beside it first: somebody may be reading.
        new = mo.with_suffix(f".{os.getpid()}")
        with new.open("wb") as file:
            write_mo(file, catalogue(language))
        new.replace(mo)


def main() -> None:
    """Bring both files up to date and say what is left to translate."""
    import django

    django.setup()
    for language in PLURALS:
        po_of(language).write_bytes(written(language))
        left = [one for one in catalogue(language) if one.id and not is_done(one)]
        sys.stdout.write(f"{language}: {len(left)} left to translate\n")
    compile_all()


if __name__ == "__main__":
    if sys.argv[1:] == ["--list"]:
        sys.stdout.write(listing())
        sys.exit()
    if sys.argv[1:]:
        sys.exit("usage: ./dev words [--list]")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    main()
