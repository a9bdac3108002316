/*
 * What stands in a grid's cells: shown as text, never as HTML, and edited in place.
 */
"use strict";

const gridElement = (name, classes = "", text = "") => {
	const made = document.createElement(name);
	made.className = classes;
	made.textContent = text;
	return made;
};

/** A value as people read it, and as it is copied. */
const gridLabel = (column, value) => {
	if (column.kind === "bool") {
		return value ? "yes" : "no";
	}
	const choice = column.choices.find(([key]) => key === String(value));
	return choice ? choice[1] : String(value ?? "");
};

/** The content of one cell: its value, what is missing, and why it was refused. */
const gridContent = (column, row, refusal) => {
	const content = gridElement("div", "gr-cell");
	const label = row.labels[column.name] ?? gridLabel(column, row.cells[column.name]);
	const missing = row.missing[column.name];
	const aside = row.asides[column.name];
	content.append(gridElement("span", "gr-value", label));
	content.firstChild.dir = "auto";
	if (missing) {
		content.append(gridElement("span", "gr-missing", missing));
	}
	if (aside) {
		content.append(gridElement("small", "gr-aside", aside));
	}
	if (refusal) {
		const said = gridElement("span", "gr-refused", refusal);
		said.id = `refused-${row.id}-${column.name}`;
		content.append(said);
	}
	return content;
};

/** The box in which a cell is typed. */
const gridEditor = (column, row, typed) => {
	const value = row.cells[column.name];
	let box;
	if (column.kind === "choice" || column.kind === "bool") {
		const yesOrNo = [["yes", "yes"], ["no", "no"]];
		box = gridElement("select");
		for (const [key, label] of column.kind === "bool" ? yesOrNo : column.choices) {
			box.append(new Option(label || "–", key, false, key === String(value)));
		}
	} else {
		box = gridElement(column.kind === "text" ? "textarea" : "input");
		box.value = typed ?? gridLabel(column, value);
		if (column.kind === "number") {
			box.inputMode = "decimal";
		} else if (column.kind === "date") {
			box.type = "date";
		}
	}
	box.classList.add("gr-editor");
	box.setAttribute("aria-label", `${column.label}, ${row.name}`);
	return box;
};

/** Rows and cells of a spreadsheet's text; cells in quotes may hold lines. */
const gridParse = (text) => {
	const rows = [[""]];
	let quoted = false;
	for (let at = 0; at < text.length; at++) {
		const letter = text[at];
		const row = rows.at(-1);
		if (quoted) {
			if (letter !== '"') {
				row[row.length - 1] += letter;
			} else if (text[at + 1] === '"') {
				row[row.length - 1] += text[++at];
			} else {
				quoted = false;
			}
		} else if (letter === '"' && row.at(-1) === "") {
			quoted = true;
		} else if (letter === "\t") {
			row.push("");
		} else if (letter === "\n") {
			rows.push([""]);
		} else if (letter !== "\r") {
			row[row.length - 1] += letter;
		}
	}
	if (rows.length > 1 && rows.at(-1).join("") === "") {
		rows.pop();
	}
	return rows;
};

/** The text of cells as a spreadsheet takes it. */
const gridText = (rows) =>
	rows.map((cells) => cells.map((cell) =>
		(/[\t\n"]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join("\t")).join("\n");
