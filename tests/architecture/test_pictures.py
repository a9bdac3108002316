"""Pictures of the documents exist, are small, and are those that the script takes."""

import re

from tests.architecture.source import ROOT
from tests.architecture.test_documents import documents
from tests.pictures import IMAGES, LIMIT, PICTURES

SHOWN = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
NAMES = {picture.name for picture in PICTURES}


def test_each_picture_of_a_document_says_what_it_shows() -> None:
    without = [
        (str(document.relative_to(ROOT)), address)
        for document in documents()
        for text, address in SHOWN.findall(document.read_text())
        if not text
    ]

    assert without == []


def test_script_folder_and_documents_have_the_same_pictures() -> None:
    shown = {
        (document.parent / address).resolve()
        for document in documents()
        for _, address in SHOWN.findall(document.read_text())
    }

    assert shown == set(IMAGES.iterdir())
    assert {file.stem for file in shown} == NAMES


def test_each_picture_is_small() -> None:
    sizes = {file.name: file.stat().st_size for file in IMAGES.iterdir()}
    assert [name for name, size in sizes.items() if size > LIMIT] == []
