"""What people type: kept, normalised or refused with a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltracker.errors import Invalid
from evaltracker.toolbox.text import (
    CallFields,
    read_line,
    read_link,
    read_requirement_ref,
    read_text,
)


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n", "\x85", "\u2028", "\u2029"])
def test_every_kind_of_line_end_becomes_a_newline(ending: str) -> None:
    assert read_text(f" a{ending}b ") == "a\nb"
    with pytest.raises(ValueError, match=r"single line|control"):
        read_line(f"a{ending}b")


@pytest.mark.parametrize(
    "bad",
    ["\x00", "a\x07", "\ud800", "\u200b\u2060", "e" + "\u0301" * 5],
)
def test_what_nobody_types_on_purpose_is_refused_everywhere(bad: str) -> None:
    for read in (read_line, read_text):
        with pytest.raises(ValueError, match="It "):
            read(bad)


def test_marks_that_turn_text_around_are_kept_in_texts_and_refused_in_names() -> None:
    turned = "invoice \u202efdp.exe"
    assert read_text(turned) == turned
    with pytest.raises(ValueError, match="turns the text around"):
        read_line(turned)


@pytest.mark.parametrize("name", ["Élan", "שָׁלוֹם", "नमस्ते", "한국", "Ångström & Söhne"])
def test_names_of_every_script_are_kept_as_they_are(name: str) -> None:
    assert read_line(f"  {name} ") == name


@pytest.mark.parametrize(
    "link",
    [
        "https://a.example",
        "http://a.example:8080/x?y=1#z",
        "https://[::1]/",
        "http://1",
    ],
)
def test_web_addresses_are_kept(link: str) -> None:
    assert read_link(link) == link


@pytest.mark.parametrize(
    "link",
    [
        "ftp://a.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://",
        "https:///path",
        "//a.example",
        "a.example",
        "https://u:p@a.example",
        "https://a.example\\@b.example",
        "https://a.example/\r\nX: y",
        "https://a.example/ x",
        "https://a.example:70000",
        "https://a.example:0",
        "https://[::1",
        "https://a.example/\u202e",
        "https://a.example/" + "x" * 2000,
    ],
)
def test_other_addresses_are_refused(link: str) -> None:
    with pytest.raises(ValueError, match=r"^The link "):
        read_link(link)


@given(st.text(max_size=200))
def test_reading_twice_changes_nothing_and_refuses_only_with_a_sentence(
    text: str,
) -> None:
    for read in (read_line, read_text, read_link):
        try:
            once = read(text)
        except ValueError as error:
            assert str(error).endswith(".")
        else:
            assert read(once) == once
            once.encode()


def test_all_that_is_wrong_is_told_at_once() -> None:
    inputs = CallFields()
    assert inputs.line("name", "Acme") == "Acme"
    inputs.line("title", " ")
    inputs.link("site", "x")
    with pytest.raises(Invalid) as invalid:
        inputs.check()
    assert list(invalid.value.errors) == ["title", "site"]
    assert invalid.value.sentence == "title: It must not be blank."


@pytest.mark.parametrize("ref", ["batch", "1.2/files", "a/../b", "..", "/x", "x/", "."])
def test_a_ref_that_an_address_cannot_hold_is_refused(ref: str) -> None:
    with pytest.raises(ValueError, match="name it otherwise"):
        read_requirement_ref(ref)


@pytest.mark.parametrize(
    "ref", ["1.10", "Batch", "batch/1", "files", "CI/CD", ".NET", "a.b", "R 1", "…/x"]
)
def test_other_refs_stay_as_they_are(ref: str) -> None:
    assert read_requirement_ref(f" {ref} ") == ref
