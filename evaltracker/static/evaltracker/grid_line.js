/*
 * Rows that are typed, pasted or chosen below the last one.
 */
"use strict";

class GridLine {
	constructor(grid) {
		this.grid = grid;
		const column = grid.columns.find((it) => it.name === grid.first);
		if (column.kind === "choice") {
			this.choose(column);
			return;
		}
		const said = "Type here, or paste rows of a spreadsheet, with their heads if you like";
		this.box = gridElement("textarea", "gr-line");
		this.box.rows = 1;
		this.box.placeholder = said;
		this.box.setAttribute("aria-label", `Add a ${grid.noun}. ${said}; Enter adds it.`);
		this.box.addEventListener("keydown", (event) => {
			if (event.key === "Enter" && !event.shiftKey) {
				event.preventDefault();
				this.add([[this.box.value]], this.box.value);
			}
		});
		this.takeBlocks();
	}

	takeBlocks() {
		this.box.addEventListener("paste", (event) => {
			const text = event.clipboardData.getData("text/plain");
			const block = gridParse(text);
			if (block.length > 1 || block[0].length > 1) {
				event.preventDefault();
				this.add(block, text);
			}
		});
	}

	/** Offers the choices of the first column, such as people, in place of a line. */
	choose(column) {
		const row = { id: "new", name: `add a ${this.grid.noun}`, cells: { [column.name]: "" }, labels: {} };
		this.select = gridEditor(column, row);
		this.select.options[0].textContent = `Choose a ${column.label.toLowerCase()}`;
		const button = gridElement("button", "et-button", `Add ${this.grid.noun}`);
		this.box = gridElement("form", "gr-choose");
		this.box.append(this.select, button);
		this.box.addEventListener("submit", async (event) => {
			event.preventDefault();
			if (this.select.value && await this.grid.add([{ [column.name]: this.select.value }])) {
				this.select.value = "";
			}
			this.select.focus();
		});
		this.takeBlocks();
	}

	focus() {
		(this.select ?? this.box).focus();
	}

	/** Columns by the block's own heads, else from the first one on. */
	columnsOf(block) {
		const { columns, first } = this.grid;
		const named = block[0].map((head) => columns.find((column) =>
			column.label.toLowerCase() === head.trim().toLowerCase()));
		if (block[0].length > 1 && named.every(Boolean)) {
			block.shift();
			return named;
		}
		return columns.slice(columns.findIndex((column) => column.name === first));
	}

	async add(block, text) {
		const columns = this.columnsOf(block);
		const rows = block
			.filter((cells) => cells.some((cell) => cell.trim()))
			.map((cells) => Object.fromEntries(
				cells.slice(0, columns.length).map((cell, at) => [columns[at].name, cell]),
			));
		if (!rows.length) {
			return;
		}
		const done = await this.grid.add(rows);
		if (!this.select) {
			this.box.value = done ? "" : text;
		}
		(this.select ?? this.box).setAttribute("aria-invalid", !done);
		this.focus();
	}
}
