"""The parts of an .xlsx and how they hang together, read without trusting them."""

import posixpath
import zipfile
from collections.abc import Callable
from xml.parsers import expat

from evaltracker.tabular.archives import DAMAGED
from evaltracker.tabular.shapes import Unreadable

type Start = Callable[[str, dict[str, str]], None]


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """By sheet name, the archive's part that holds its cells."""
    ids: dict[str, str] = {}

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "sheet":
            link = next(
                (value for key, value in attributes.items() if key.endswith(":id")), ""
            )
            ids[attributes.get("name", "")] = link

    parse(archive, "xl/workbook.xml", sheet)
    targets = {
        link: target for link, _, target in relations_of(archive, "xl/workbook.xml")
    }
    names = set(archive.namelist())
    parts = {name: targets.get(link, "") for name, link in ids.items()}
    return {
        name: part
        for name, part in parts.items()
        if part in names and part.endswith(".xml")
    }


def relations_of(archive: zipfile.ZipFile, part: str) -> list[tuple[str, str, str]]:
    """What a part points at: id, type and the other part."""
    folder, _, name = part.rpartition("/")
    found: list[tuple[str, str, str]] = []

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "Relationship":
            target = posixpath.join(f"/{folder}", attributes.get("Target", ""))
            found.append(
                (
                    attributes.get("Id", ""),
                    attributes.get("Type", ""),
                    posixpath.normpath(target)[1:],
                )
            )

    links = f"{folder}/_rels/{name}.rels"
    if part == "xl/workbook.xml" or links in archive.namelist():
        parse(archive, links, relation)
    return found


def parse(
    archive: zipfile.ZipFile,
    part: str,
    start: Start,
    end: Callable[[str], None] | None = None,
    data: Callable[[str], None] | None = None,
) -> None:
    """Feed one part to the handlers; a document type, and so an entity, is refused."""
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    if end is not None:
        parser.EndElementHandler = end
    if data is not None:
        parser.CharacterDataHandler = data

    def refuse(*_: object) -> None:
        raise Unreadable(DAMAGED)

    parser.StartDoctypeDeclHandler = refuse
    try:
        with archive.open(part) as stream:
            parser.ParseFile(stream)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise Unreadable(DAMAGED) from error
