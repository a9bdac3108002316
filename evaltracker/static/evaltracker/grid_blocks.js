/*
 * Blocks of cells: copied to a spreadsheet, pasted from one, cleared.
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
			const { cells, labels } = this.grid.dataAt(row);
			rows.push(columns.map((column) => (column.kind === "price" ? cells[column.name] : labels[column.name])
				?? gridLabel(column, cells[column.name])));
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
		if (this.grid.takes) {
			this.grid.takes(block, this.range());
			return;
		}
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
		if (this.grid.takes) {
			this.grid.takes([[text]], this.range());
			return;
		}
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
