"""Pictures of the documents exist, are small, and are those that the script takes."""

import re

import pytest

from tests.house.floors import ROOT
from tests.house.test_document_links import DOCUMENTS
from tests.pictures import BEFORE, IMAGES, LIMIT, PICTURES

SHOWN = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
NAMES = {picture.name for picture in PICTURES}


def test_each_picture_that_a_document_shows_is_one_of_the_script() -> None:
    shown = {
        (document.parent / address).resolve()
        for document in DOCUMENTS
        for _, address in SHOWN.findall(document.read_text())
    }

    assert shown <= {IMAGES / f"{name}.png" for name in (*NAMES, *BEFORE)}


def test_each_picture_of_a_document_says_what_it_shows() -> None:
    without = [
        (str(document.relative_to(ROOT)), address)
        for document in DOCUMENTS
        for text, address in SHOWN.findall(document.read_text())
        if not text
    ]

    assert without == []


def test_the_folder_holds_what_the_script_takes_and_nothing_else() -> None:
    assert {file.stem for file in IMAGES.iterdir()} == NAMES | set(BEFORE)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_each_picture_is_small(name: str) -> None:
    assert (IMAGES / f"{name}.png").stat().st_size <= LIMIT
