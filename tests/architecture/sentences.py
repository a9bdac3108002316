"""Every sentence that people read, from templates, Python, scripts and JSON.

`./dev words --list` prints them.
"""

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.architecture.source import PACKAGES, ROOT, trees

# What a string is given to, if it is for people however short it is.
SPOKEN = {
    *("title", "verb", "help", "success", "label", "help_text", "synonyms", "heading"),
    *("plural", "description", "summary", "placeholder", "empty_label", "caption"),
}
# Data of demos, catalogues and tables of names, not what the product says.
DATA = re.compile(
    r"demo/data/|requirements/starting/|schema|examples|units|fields|theme|portable/"
    r"|rows/(words|roles)|test-invitation|marks\.json"
)
COMMENT = re.compile(
    r"\{#.*?#\}|\{% comment.*?endcomment %\}|<!--.*?-->|<(style|script)\b.*?</\1>",
    re.DOTALL,
)
SPOKEN_TAG = re.compile(r"""\{%[^%]*?%\}""", re.DOTALL)
QUOTED = re.compile(r'"([^"{}]*)"')
INLINE = re.compile(
    r"</?(?:a|abbr|b|bdi|br|code|em|i|kbd|small|span|strong|sub|sup|time|data)\b[^>]*>",
    re.DOTALL,
)
SAID_IN_MARKUP = re.compile(
    r'\b(?:title|alt|placeholder|aria-label|data-[a-z-]+)="([^"]*)"', re.DOTALL
)
SCRIPT_STRING = re.compile(r'"([^"\n]*)"|`([^`]*)`')
READ = re.compile(r"^[“‘\"(…]*[A-Z…].*[a-z]{2}.* |^[“…]*[A-Z][a-z]+.* ", re.DOTALL)


def tidy(text: str) -> str:
    return re.sub(r"\s+([.,;:?!])", r"\1", " ".join(text.split())).strip(" ·|,;")


def reads_as_sentence(text: str) -> bool:
    """Words that begin large or end as sentences do; not SQL, addresses, patterns."""
    if len(text) < 8 or " " not in text or re.search(r"[<>\\^]|\b[A-Z_]{6,}\b", text):
        return False
    return bool(READ.match(text)) or text.endswith((".", "?"))


def of_template(text: str) -> Iterator[str]:
    text = COMMENT.sub("", text)
    for tag in SPOKEN_TAG.findall(text):
        yield from filter(reads_as_sentence, map(tidy, QUOTED.findall(tag)))
    text = re.sub(r"\{\{.*?\}\}", "…", text, flags=re.DOTALL)
    text = re.sub(r"\{% (?:el(?:se|if)|empty)\b.*?%\}", "<p>", text, flags=re.DOTALL)
    text = re.sub(r"\{% say \"([^\"]*)\"[^%]*%\}", r"\1", text)
    text = re.sub(r"\{% (?:figure|when|url|term|act_url)\b.*?%\}", "…", text)
    text = SPOKEN_TAG.sub("", text)
    yield from filter(reads_as_sentence, map(tidy, SAID_IN_MARKUP.findall(text)))
    text = INLINE.sub("", text)
    for part in map(tidy, re.split(r"<(?:\"[^\"]*\"|[^>\"])*>|\n\s*\n", text)):
        if re.search(r"[A-Za-z]{2}", part) and not part.startswith("{"):
            yield part


def joined(node: ast.AST) -> str | None:
    """The text of a string, with … for what is set into it."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(joined(value) or "…" for value in values)
    return None


def of_python(tree: ast.Module) -> Iterator[str]:
    skipped: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant() as docstring):
                skipped.add(id(docstring))
            case ast.JoinedStr(values=values):
                skipped |= {id(value) for value in values}
        spoken = None
        match node:
            case ast.keyword(arg=name, value=value) if name in SPOKEN:
                spoken = joined(value)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                spoken = joined(value) if name in SPOKEN else None
        if spoken and spoken[:1].isupper():
            yield tidy(spoken)
        text = "" if id(node) in skipped else tidy(joined(node) or "")
        if reads_as_sentence(text):
            yield text


def of_json(value: object) -> Iterator[str]:
    match value:
        case str(text) if " " in text:
            yield tidy(text)
        case list(parts):
            for part in parts:
                yield from of_json(part)
        case dict(parts):
            for part in parts.values():
                yield from of_json(part)


@cache
def sentences() -> dict[str, list[str]]:
    """By file, what people read of it."""
    texts_of: dict[Path, Iterator[str]] = {
        path: of_python(tree) for path, tree in trees().items()
    }
    for path in sorted(path for app in PACKAGES for path in (ROOT / app).rglob("*.*")):
        name = path.relative_to(ROOT)
        if "templates" in name.parts and path.suffix in {".html", ".txt"}:
            texts_of[name] = of_template(path.read_text())
        elif path.suffix == ".js" and "tabulator" not in name.parts:
            strings = SCRIPT_STRING.findall(path.read_text())
            texts = (tidy(re.sub(r"\$\{[^}]*\}", "…", a or b)) for a, b in strings)
            texts_of[name] = filter(reads_as_sentence, texts)
        elif path.suffix == ".json" and not DATA.search(str(name)):
            texts_of[name] = of_json(json.loads(path.read_text()))
    listed = {str(name): sorted(set(texts)) for name, texts in texts_of.items()}
    return {name: texts for name, texts in sorted(listed.items()) if texts}


def listing() -> str:
    """All of them as text, file by file."""
    blocks = [f"## {name}\n" + "\n".join(texts) for name, texts in sentences().items()]
    return "\n\n".join(blocks) + "\n"
