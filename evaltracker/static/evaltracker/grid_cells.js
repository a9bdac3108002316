/* What stands in a grid's cells: shown as text, never as HTML, and edited in place. */
"use strict";

const gridElement = (name, classes = "", text = "") => {
	const made = document.createElement(name);
	made.className = classes;
	made.textContent = text;
	return made;
};

const gridButton = (label, work, classes = "et-button et-button--small") => {
	const made = gridElement("button", classes, label);
	made.type = "button";
	made.addEventListener("click", work);
	return made;
};

/** A value as people read it, and as it is copied. */
const gridLabel = (column, value) => {
	if (column.kind === "bool") return value ? "yes" : "no";
	const choice = column.choices.find(([key]) => key === String(value));
	return choice ? choice[1] : String(value ?? "");
};

/** What a row's cell says: its own name for the value, if it has one. */
const gridShown = (column, row) => row.labels[column.name] ?? gridLabel(column, row.cells[column.name]);

/** Two rows by a column: choices in their order, else words and numbers; blank ones last. */
const gridCompare = (column, one, other, isAscending) => {
	const [a, b] = [gridShown(column, one), gridShown(column, other)];
	if (!a || !b) return (!a - !b) * (isAscending ? 1 : -1);
	const place = (row) => column.choices.findIndex(([key]) => key === String(row.cells[column.name]));
	return place(one) - place(other) || a.localeCompare(b, "en", { numeric: true });
};

/** The content of one cell: its value, what is missing, and why it was refused. */
const gridContent = (column, row, refusal) => {
	const content = gridElement("div", "gr-cell");
	const add = (text, name, classes) => text && content.append(gridElement(name, classes, text));
	content.append(gridElement("span", "gr-value", refusal?.typed ?? gridShown(column, row)));
	Object.assign(content.firstChild, { dir: "auto", title: content.textContent });
	add(row.missing[column.name], "span", "gr-missing");
	add(row.asides[column.name], "small", "gr-aside");
	add(refusal?.sentence, "span", "gr-refused");
	if (refusal) content.lastChild.id = `refused-${row.id}-${column.name}`;
	return content;
};

/** The box in which a cell is typed. */
const gridEditor = (column, row, typed) => {
	const value = row.cells[column.name];
	const choices = { bool: [["yes", "yes"], ["no", "no"]], choice: column.choices }[column.kind];
	const box = gridElement(choices ? "select" : column.kind === "text" ? "textarea" : "input", "gr-editor");
	if (choices) {
		box.append(...choices.map(([key, label]) => new Option(label || "–", key, false, key === String(value))));
	} else {
		box.value = typed ?? gridLabel(column, value);
		if (column.kind === "number") box.inputMode = "decimal";
		if (column.kind === "date") box.type = "date";
	}
	box.setAttribute("aria-label", `${column.label}, ${row.name}`);
	return box;
};

const gridText = (rows) => rows.map((cells) => cells.map((cell) =>
	(/[\t\n"]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join("\t")).join("\n");
