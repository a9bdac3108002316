/*
 * Moving about a grid: one cell has the focus, so that it is read out; Shift marks a
 * range, Enter edits, Tab saves and edits the next cell.
 */
"use strict";

class GridKeys {
	constructor(grid) {
		this.grid = grid;
		this.at = null;
		this.from = null;
		this.editing = null;
		const table = grid.place;
		table.addEventListener("keydown", (event) => this.key(event));
		table.addEventListener("mousedown", (event) => this.press(event));
		table.addEventListener("click", (event) => this.click(event));
		table.addEventListener("dblclick", () => this.edit());
		table.addEventListener("copy", (event) => this.copy(event));
		table.addEventListener("paste", (event) => this.paste(event));
		table.addEventListener("focusin", (event) => this.enter(event));
		// The frame around the rows is no stop of its own; one of their cells is.
		const holder = table.querySelector(".tabulator-tableholder");
		holder.removeAttribute("tabindex");
		holder.addEventListener("scroll", () => requestAnimationFrame(() => this.mark()));
		this.mark();
	}

	enter(event) {
		const place = !this.editing && event.target.matches(".tabulator-cell") && this.placeOf(event.target);
		if (place && (place.row !== this.at?.row || place.column !== this.at?.column)) {
			this.at = this.from = place;
			this.mark();
		}
	}

	first() {
		const row = Math.max(0, this.grid.order.findIndex((it) => !it.getData().fixed));
		return { row, column: Math.max(0, this.grid.columns.findIndex((it) => it.open)) };
	}

	/** The element of a cell, if it is drawn. */
	element({ row, column }) {
		const found = this.grid.rowAt(row);
		return found?.getElement().querySelector(`[data-column="${column}"]`)?.closest(".tabulator-cell");
	}

	async focus(at, extend = false) {
		const rows = this.grid.count;
		if (!rows) {
			this.grid.line?.focus();
			return;
		}
		const clamp = (value, most) => Math.min(Math.max(value, 0), most);
		const last = this.grid.columns.length;
		this.at = { row: clamp(at.row, rows - 1), column: clamp(at.column, last) };
		this.from = extend ? this.from ?? this.at : this.at;
		await this.grid.show(this.at.row);
		this.mark();
		const element = this.element(this.at);
		if (element) {
			element.focus({ preventScroll: true });
			element.scrollIntoView({ block: "nearest", inline: "nearest" });
		}
	}

	/** Rows and columns between both ends of the range. */
	range() {
		const [a, b] = [this.from ?? this.at, this.at];
		return {
			top: Math.min(a.row, b.row), bottom: Math.max(a.row, b.row),
			left: Math.min(a.column, b.column), right: Math.max(a.column, b.column),
		};
	}

	/** Shows the range; one cell, the active one if it is drawn, is where Tab leads. */
	mark() {
		const { top, bottom, left, right } = this.at ? this.range() : {};
		const places = new Map(this.grid.order.map((row, place) => [row.getIndex(), place]));
		let stop = null;
		for (const content of this.grid.place.querySelectorAll("[data-column]")) {
			const row = places.get(content.dataset.row);
			const column = Number(content.dataset.column);
			const inside = row >= top && row <= bottom && column >= left && column <= right;
			const cell = content.closest(".tabulator-cell");
			cell.classList.toggle("gr-in", inside && (top < bottom || left < right));
			cell.setAttribute("aria-selected", inside);
			cell.tabIndex = -1;
			if (row === this.at?.row && column === this.at?.column) {
				stop = cell;
			} else if (this.grid.columns[column]?.open && !this.grid.rowAt(row)?.getData().fixed) {
				stop ??= cell;
			}
		}
		if (stop && !this.editing) {
			stop.tabIndex = 0;
		}
	}

	placeOf(target) {
		const content = target.closest(".tabulator-cell")?.querySelector("[data-column]");
		return content && {
			row: this.grid.positionOf(content.dataset.row), column: Number(content.dataset.column),
		};
	}

	press(event) {
		const place = this.placeOf(event.target);
		if (!place || event.button || event.target.closest("a, button, input, select, textarea")) {
			return;
		}
		event.preventDefault();
		this.again = this.at?.row === place.row && this.at?.column === place.column
			&& document.activeElement?.closest(".tabulator-cell") !== null;
		this.finish(true);
		this.focus(place, event.shiftKey);
	}

	click(event) {
		if (this.again && !event.target.closest("a, button, input, select, textarea")) {
			this.edit();
		}
	}

	key(event) {
		if (this.editing || !this.at || event.target.closest("select, textarea, .gr-ask")) {
			return;
		}
		const control = event.ctrlKey || event.metaKey;
		const { row, column } = this.at;
		const end = control ? [this.grid.count, this.grid.columns.length] : [1, 1];
		const moves = {
			ArrowUp: [row - end[0], column], ArrowDown: [row + end[0], column],
			ArrowLeft: [row, column - end[1]], ArrowRight: [row, column + end[1]],
			PageUp: [row - 10, column], PageDown: [row + 10, column],
			Home: [control ? 0 : row, 0], End: [control ? this.grid.count : row, this.grid.columns.length],
		};
		if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
			this.grid.moveRow(row, event.key === "ArrowUp" ? -1 : 1);
		} else if (moves[event.key] && !event.altKey) {
			const [to, next] = moves[event.key];
			this.focus({ row: to, column: next }, event.shiftKey);
		} else if (event.key === "Enter" || event.key === "F2") {
			this.edit();
		} else if (event.key === " ") {
			this.grid.tick(row);
		} else if (event.key === "Escape") {
			this.grid.untick();
			this.focus(this.at);
		} else if (event.key === "Delete" || event.key === "Backspace") {
			this.fill("");
		} else if (event.key.length === 1 && !control && !event.altKey) {
			this.edit(event.key);
		} else {
			return;
		}
		event.preventDefault();
	}

	/** Opens the box of the cell that has the focus, or does what the cell is for. */
	edit(typed) {
		const column = this.grid.columns[this.at.column];
		const element = this.element(this.at);
		if (!element || this.editing) {
			return;
		}
		if (!column) {
			if (typed === undefined) {
				element.querySelector("a")?.click();
			}
			return;
		}
		const row = this.grid.dataAt(this.at.row);
		if (!column.open || row.fixed) {
			this.grid.say(row.fixed || column.closed || `${column.label} is not changed here.`, true);
			return;
		}
		if (column.kind === "bool") {
			this.grid.change([[row, column, !row.cells[column.name]]]);
			return;
		}
		const box = gridEditor(column, row, column.kind === "choice" ? undefined : typed);
		this.editing = { box, row, column };
		element.classList.add("gr-editing");
		element.replaceChildren(box);
		box.addEventListener("keydown", (event) => this.boxKey(event));
		box.addEventListener("blur", () => this.finish(true));
		box.addEventListener("pointerdown", () => {
			box.dataset.pointer = "yes";
		});
		box.addEventListener("change", () => {
			if (box.dataset.pointer && column.kind === "choice") {
				this.finish(true);
				this.focus(this.at);
			}
		});
		box.focus();
		if (typed === undefined && box.select) {
			box.select();
		}
	}

	boxKey(event) {
		event.stopPropagation();
		if (event.key === "Escape") {
			this.finish(false);
			this.focus(this.at);
		} else if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
			this.finish(true);
			this.focus({ row: this.at.row + 1, column: this.at.column });
		} else if (event.key === "Tab") {
			this.finish(true);
			this.editNext(event.shiftKey ? -1 : 1);
		} else {
			return;
		}
		event.preventDefault();
	}

	/** The next cell that may be changed, row by row; beyond the last the line below. */
	async editNext(step) {
		let { row, column } = this.at;
		do {
			column += step;
			if (column < 0 || column >= this.grid.columns.length) {
				row += step;
				column = step > 0 ? 0 : this.grid.columns.length - 1;
			}
		} while (row >= 0 && row < this.grid.count
			&& (!this.grid.columns[column].open || this.grid.dataAt(row).fixed));
		if (row >= this.grid.count && this.grid.line) {
			this.grid.line.focus();
			return;
		}
		await this.focus({ row, column });
		if (this.grid.columns[column]?.kind !== "bool") {
			this.edit();
		}
	}

	finish(save) {
		const open = this.editing;
		if (!open) {
			return;
		}
		this.editing = null;
		this.grid.redraw(open.row.id);
		if (save && open.box.value !== gridLabel(open.column, open.row.cells[open.column.name])
			&& open.box.value !== String(open.row.cells[open.column.name])) {
			this.grid.change([[open.row, open.column, open.box.value]]);
		}
	}
}
