/*
 * Moving about a grid: one cell has the focus, so that it is read out. Ranges are copied,
 * filled, cleared and pasted into; the server reads what is pasted.
 */
"use strict";

const GRID_FIELDS = "a, button, input, select, textarea, dialog, .gr-ask";

class GridKeys {
	constructor(grid) {
		this.grid = grid;
		this.at = this.from = this.editing = null;
		const table = grid.place;
		const { key: keydown, press: mousedown, drag: mouseover, click, edit, copy, paste, enter: focusin } = this;
		const dblclick = () => edit.call(this);
		for (const [name, work] of Object.entries({ keydown, mousedown, mouseover, click, dblclick, copy, paste, focusin })) {
			table.addEventListener(name, work.bind(this));
		}
		// The frame around the rows is no stop of its own; one of their cells is.
		const holder = table.querySelector(".tabulator-tableholder");
		holder.removeAttribute("tabindex");
		holder.addEventListener("scroll", () => requestAnimationFrame(() => this.mark()));
		this.mark();
	}

	isAt(place) { return place && place.row === this.at?.row && place.column === this.at.column; }

	enter(event) {
		const place = !this.editing && event.target.matches(".tabulator-cell") && this.placeOf(event.target);
		if (!place || this.isAt(place)) return;
		this.at = this.from = place;
		this.mark();
	}

	first() {
		const row = Math.max(0, this.grid.order.findIndex((it) => !it.getData().fixed));
		return { row, column: Math.max(0, this.grid.shown.findIndex((it) => it.open)) };
	}

	element({ row, column }) {
		const name = this.grid.shown[column]?.name ?? "links";
		const drawn = this.grid.order[row]?.getElement();
		return drawn?.querySelector(`[data-column="${name}"]`)?.closest(".tabulator-cell");
	}

	async focus(at, extend = false) {
		const rows = this.grid.count;
		if (!rows) return void this.grid.line?.focus();
		const clamp = (value, most) => Math.min(Math.max(value, 0), most);
		this.at = { row: clamp(at.row, rows - 1), column: clamp(at.column, this.grid.shown.length) };
		this.from = extend ? this.from ?? this.at : this.at;
		const row = this.grid.order[this.at.row];
		if (!row.getElement().isConnected) await row.scrollTo("nearest", false);
		this.mark();
		const element = this.element(this.at);
		element?.focus({ preventScroll: true });
		element?.scrollIntoView({ block: "nearest", inline: "nearest" });
	}

	range() {
		const ends = [this.from ?? this.at, this.at];
		const [rows, columns] = ["row", "column"].map((name) => ends.map((end) => end[name]).sort((a, b) => a - b));
		const isAll = !rows[0] && !columns[0] && rows[1] > 0 && rows[1] === this.grid.count - 1
			&& columns[1] >= this.grid.shown.length - 1;
		return { top: rows[0], bottom: rows[1], left: columns[0], right: columns[1], isAll };
	}

	/** Shows the range; one cell, the active one if it is drawn, is where Tab leads. */
	mark() {
		const { top, bottom, left, right } = this.at ? this.range() : {};
		const places = new Map(this.grid.order.map((row, place) => [row.getIndex(), place]));
		const columns = new Map([...this.grid.shown, { name: "links" }].map(({ name }, place) => [name, place]));
		let stop = null;
		for (const content of this.grid.place.querySelectorAll("[data-column]")) {
			const place = { row: places.get(content.dataset.row), column: columns.get(content.dataset.column) };
			const inside = place.row >= top && place.row <= bottom && place.column >= left && place.column <= right;
			const cell = content.closest(".tabulator-cell");
			cell.classList.toggle("gr-in", inside && (top < bottom || left < right));
			cell.setAttribute("aria-selected", inside);
			cell.tabIndex = -1;
			const isOpen = this.grid.shown[place.column]?.open && !this.grid.order[place.row]?.getData().fixed;
			if (this.isAt(place)) stop = cell;
			else if (isOpen) stop ??= cell;
		}
		if (stop && !this.editing) stop.tabIndex = 0;
	}

	placeOf(target) {
		const { row, column } = target.closest(".tabulator-cell")?.querySelector("[data-column]")?.dataset ?? {};
		const at = this.grid.shown.findIndex(({ name }) => name === column);
		return row && { row: this.grid.positionOf(row), column: at < 0 ? this.grid.shown.length : at };
	}

	press(event) {
		const place = this.placeOf(event.target);
		if (!place || event.button || event.target.closest(GRID_FIELDS)) return;
		event.preventDefault();
		this.again = this.isAt(place) && document.activeElement?.closest(".tabulator-cell") !== null;
		this.finish(true);
		this.focus(place, event.shiftKey);
	}

	drag(event) {
		if (event.buttons !== 1 || this.editing || !this.at || event.target.closest(".gr-handle")) return;
		const place = this.placeOf(event.target);
		if (!place || this.isAt(place)) return;
		this.again = false;
		this.focus(place, true);
	}

	click(event) { if (this.again && !event.target.closest(GRID_FIELDS)) this.edit(); }

	key(event) {
		if (this.editing || !this.at || event.target.closest(".tabulator-header, input, select, textarea, .gr-ask")) return;
		const { key, shiftKey, altKey } = event;
		const control = event.ctrlKey || event.metaKey;
		const { row, column } = this.at;
		const [rows, columns] = [this.grid.count, this.grid.shown.length];
		const [down, across] = control ? [rows, columns] : [1, 1];
		const to = {
			ArrowUp: [row - down, column], ArrowDown: [row + down, column],
			ArrowLeft: [row, column - across], ArrowRight: [row, column + across],
			PageUp: [row - 10, column], PageDown: [row + 10, column],
			Home: [control ? 0 : row, 0], End: [control ? rows : row, columns],
		}[key];
		if (altKey && (key === "ArrowUp" || key === "ArrowDown")) this.grid.moveRow(row, key === "ArrowUp" ? -1 : 1);
		else if (to && !altKey) this.focus({ row: to[0], column: to[1] }, shiftKey);
		else if (control && key === "a") {
			this.from = { row: rows - 1, column: columns - 1 };
			this.focus({ row: 0, column: 0 }, true);
		} else if (control && key === "d") this.fillDown();
		else if (key === "Enter" || key === "F2") this.edit();
		else if (key === " ") this.grid.tick(row, shiftKey);
		else if (key === "Escape") { this.grid.untick(); this.focus(this.at); }
		else if (key === "Delete" || key === "Backspace") this.into("", this.range());
		else if (key.length === 1 && !control && !altKey) this.edit(key);
		else return;
		event.preventDefault();
	}

	/** Opens the box of the cell that has the focus, or does what the cell is for. */
	edit(typed) {
		const column = this.grid.shown[this.at.column];
		const element = this.element(this.at);
		if (!element || this.editing) return;
		if (!column) return void (typed ?? element.querySelector("a")?.click());
		const row = this.grid.dataAt(this.at.row);
		const closed = row.fixed || column.closed || `${column.label} is not changed here.`;
		if (!column.open || row.fixed) return this.grid.say(closed, true);
		if (column.kind === "bool") return void this.grid.change([[row, column, !row.cells[column.name]]]);
		const before = this.grid.refused.get(`${row.id} ${column.name}`)?.typed;
		const box = gridEditor(column, row, column.kind === "choice" ? undefined : typed ?? before);
		this.editing = { box, row, column };
		element.classList.add("gr-editing");
		element.replaceChildren(box);
		let isMouse = false;
		box.addEventListener("keydown", (event) => this.boxKey(event));
		box.addEventListener("blur", () => this.finish(true));
		box.addEventListener("pointerdown", () => { isMouse = true; });
		box.addEventListener("change", () => {
			if (!isMouse || column.kind !== "choice") return;
			this.finish(true);
			this.focus(this.at);
		});
		box.focus();
		if (typed === undefined) box.select?.();
	}

	boxKey(event) {
		event.stopPropagation();
		const isEnter = event.key === "Enter" && !event.shiftKey && !event.altKey;
		if (!isEnter && event.key !== "Escape" && event.key !== "Tab") return;
		event.preventDefault();
		this.finish(event.key !== "Escape");
		if (event.key === "Tab") this.editNext(event.shiftKey ? -1 : 1);
		else this.focus({ row: this.at.row + (isEnter ? 1 : 0), column: this.at.column });
	}

	/** The next cell that may be changed, row by row; beyond the last the line below. */
	async editNext(step) {
		const columns = this.grid.shown;
		let { row, column } = this.at;
		do {
			column += step;
			if (column >= 0 && column < columns.length) continue;
			row += step;
			column = step > 0 ? 0 : columns.length - 1;
		} while (row >= 0 && row < this.grid.count && (!columns[column].open || this.grid.dataAt(row).fixed));
		if (row >= this.grid.count && this.grid.line) return void this.grid.line.focus();
		await this.focus({ row, column });
		if (columns[column]?.kind !== "bool") this.edit();
	}

	finish(save) {
		if (!this.editing) return;
		const { row, column, box: { value } } = this.editing;
		this.editing = null;
		if (!save) this.grid.refused.delete(`${row.id} ${column.name}`);
		this.grid.redraw(row.id);
		const before = row.cells[column.name];
		if (save && value !== gridLabel(column, before) && value !== String(before)) this.grid.change([[row, column, value]]);
	}

	/** The cells of a range as a text; with their heads where they are all. */
	text({ top, bottom, left, right, isAll }) {
		const columns = this.grid.shown.slice(left, right + 1);
		const said = (column, row) => (column.kind === "price" ? row.cells[column.name] : gridShown(column, row));
		const rows = this.grid.order.slice(top, bottom + 1).map((row) => columns.map((column) => said(column, row.getData())));
		return gridText(isAll ? [columns.map((column) => column.label), ...rows] : rows);
	}

	copy(event) {
		if (this.editing || !this.at) return;
		event.clipboardData.setData("text/plain", this.text(this.range()));
		event.preventDefault();
	}

	paste(event) {
		if (this.editing || !this.at || event.target.closest("input, dialog")) return;
		event.preventDefault();
		this.into(event.clipboardData.getData("text/plain"), this.range());
	}

	/** Puts a text into the cells from the first of a range on; one value fills them all. */
	async into(text, { top, bottom, left, right }) {
		await this.grid.into(text, { top, bottom, left, right });
		if (!this.grid.dialog) this.focus(this.at, true);
	}

	/** What stands in the first row of a range goes into those below. */
	fillDown() {
		const { top, bottom, ...range } = this.range();
		const line = this.text({ ...range, top, bottom: top, isAll: false });
		if (top < bottom) this.into(Array(bottom - top).fill(line).join("\n"), { ...range, top: top + 1, bottom });
	}
}
