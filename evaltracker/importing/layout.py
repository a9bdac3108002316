"""What every reading of a table shares: heads that are one, and names cut short."""

from collections.abc import Collection

from evaltracker.tabular import Row, Sheet, Unreadable


def refuse_wide_merge(sheet: Sheet, header: Row, columns: Collection[int]) -> None:
    """Refuse a header cell over several columns of which one is read: the others have
    no names of their own."""
    body = sheet.below(header)
    for merge in sheet.merges:
        over = range(merge.left, merge.right + 1)
        is_named = merge.is_wide and merge.top <= header.number <= merge.bottom
        is_read = any(column in columns for column in over)
        many = sum(any(row.cell(column) for row in body) for column in over)
        if is_named and is_read and many > 1:
            raise Unreadable(
                f"the cells {merge} of the header row are merged, so these columns "
                "have no names of their own. Unmerge them and name each column.",
                sheet=sheet.name,
                row=header.number,
            )


def spread(header: Row, lower: Row) -> dict[int, str]:
    """By column of the lower row of names, the name in the upper one above it."""
    found, name = {}, ""
    for at in range(len(lower.cells)):
        name = header.cell(at) or name
        if name and lower.cell(at):
            found[at] = name
    return found


def short(name: str, most: int = 40) -> str:
    """`name` on one line, cut at `most` characters."""
    line = " ".join(name.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
