/*
 * Blocks of cells: copied to a spreadsheet, pasted from one, cleared; and rows that are
 * typed or pasted below the last one.
 */
"use strict";

Object.assign(GridKeys.prototype, {
	copy(event) {
		if (this.editing || !this.at) {
			return;
		}
		const { top, bottom, left, right } = this.range();
		const columns = this.grid.columns.slice(left, right + 1);
		const rows = [];
		for (let row = top; row <= bottom; row++) {
			const { cells } = this.grid.dataAt(row);
			rows.push(columns.map((column) => gridLabel(column, cells[column.name])));
		}
		event.clipboardData.setData("text/plain", gridText(rows));
		event.preventDefault();
	},

	paste(event) {
		if (this.editing || !this.at) {
			return;
		}
		event.preventDefault();
		const block = gridParse(event.clipboardData.getData("text/plain"));
		if (block.length === 1 && block[0].length === 1) {
			this.fill(block[0][0]);
			return;
		}
		const { top, left } = this.range();
		const changes = [];
		const added = [];
		for (const [down, texts] of block.entries()) {
			const row = top + down < this.grid.count ? this.grid.dataAt(top + down) : null;
			const columns = this.grid.columns.slice(left, left + texts.length);
			if (row) {
				changes.push(...columns.map((column, right) => [row, column, texts[right]]));
			} else {
				added.push(Object.fromEntries(columns.map((column, right) => [column.name, texts[right]])));
			}
		}
		this.send(changes, added);
	},

	/** Gives every cell of the range one value. */
	fill(text) {
		const { top, bottom, left, right } = this.range();
		const changes = [];
		for (let row = top; row <= bottom; row++) {
			for (const column of this.grid.columns.slice(left, right + 1)) {
				changes.push([this.grid.dataAt(row), column, text]);
			}
		}
		this.send(changes, []);
	},

	async send(changes, added) {
		const differs = changes.filter(([row, column, text]) =>
			text !== gridLabel(column, row.cells[column.name]));
		const closed = differs.find(([, column]) => !column.open);
		if (closed) {
			this.grid.say(closed[1].closed || `${closed[1].label} is not changed here.`, true);
			return;
		}
		if (added.length && !this.grid.first) {
			this.grid.say("There are fewer rows than you pasted; none were saved.", true);
			return;
		}
		await this.grid.change(differs, added);
		this.focus(this.at);
	},
});

/** The line below the last row. */
class GridLine {
	constructor(grid) {
		this.grid = grid;
		const said = "Type here, or paste rows from a spreadsheet";
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
		this.box.addEventListener("paste", (event) => {
			const text = event.clipboardData.getData("text/plain");
			const block = gridParse(text);
			if (block.length > 1 || block[0].length > 1) {
				event.preventDefault();
				this.add(block, text);
			}
		});
	}

	focus() {
		this.box.focus();
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
		this.box.value = done ? "" : text;
		this.box.setAttribute("aria-invalid", !done);
		this.focus();
	}
}
