/*
 * A grid in place of a table (docs/developers/pages.md): Tabulator draws the rows in sight, and
 * every change goes to the grid's address. Without this script the table and its forms stay.
 */
"use strict";

class EvalGrid {
	static async start(box) {
		const answer = await fetch(box.dataset.grid, { headers: { Accept: "application/json" } });
		const said = answer.ok && await answer.json();
		if (said) new (said.prices ? PriceGrid : EvalGrid)(box, said);
	}

	constructor(box, said) {
		Object.assign(this, said, { box, refused: new Map(), ticks: new Set(), undos: [], redos: [], waiting: 0 });
		this.turn = Promise.resolve();
		this.place = gridElement("div", "gr-table");
		this.bar = new GridBar(this);
		this.line = this.first ? new GridLine(this) : null;
		this.alert = Object.assign(gridElement("p", "gr-alert"), { role: "alert" });
		this.status = Object.assign(gridElement("span"), { role: "status" });
		this.noted = gridElement("span", "gr-note", said.note);
		this.undoButton = gridButton("Undo", () => this.undo(), "gr-undo");
		this.undoButton.hidden = true;
		const help = gridElement("span", "gr-help", "Enter edits, Tab saves and moves on, Space selects"
			+ `${this.moves ? ", Alt+↑ and Alt+↓ move a row" : ""}, Ctrl+D fills down, Ctrl+Z undoes, Ctrl+Y does it again.`);
		help.id = `help-${box.id}`;
		const foot = gridElement("p", "gr-foot");
		foot.append(this.noted, this.status, this.undoButton, help);
		this.empty = this.rows.length ? null : box.querySelector(".et-empty");
		const top = gridElement("div", "gr-top");
		top.append(this.tools(), this.bar.bar);
		box.replaceChildren(...[this.empty, top, this.alert, this.place, this.line?.box, foot].filter(Boolean));
		box.classList.add("gr");
		this.draw(help.id);
	}

	draw(help) {
		this.table = new Tabulator(this.place, {
			data: this.rows, index: "id", layout: "fitColumns", maxHeight: "72vh", placeholder: "",
			// It would draw all rows anew, also below what is just being typed.
			autoResize: false,
			columns: this.definitions(),
			rowHeader: this.bar.isUsed && this.ticking(),
			movableRows: this.moves, movableColumns: true, headerSortClickElement: "icon",
			columnDefaults: { headerSortTristate: true, resizable: "header", variableHeight: true, tooltip: false },
			...this.keeping(),
			rowFormatter: (row) => {
				const element = row.getElement();
				element.id = `${this.anchor}-${row.getIndex()}`;
				element.setAttribute("aria-rowindex", this.positionOf(row.getIndex()) + 2);
				element.classList.toggle("gr-ticked", this.ticks.has(row.getIndex()));
			},
		});
		this.table.on("rowMoved", (row) => this.sendOrder(row.getIndex(), this.order.map((it) => it.getIndex())));
		this.table.on("tableBuilt", () => {
			this.place.ariaLabel = this.title;
			this.place.setAttribute("aria-describedby", help);
			this.keys = new GridKeys(this);
			this.arranged();
			this.follow();
		});
		this.table.on("renderComplete", () => this.keys?.mark());
		let width = this.box.clientWidth;
		new ResizeObserver(() => {
			if (this.box.clientWidth !== width) this.table.redraw();
			width = this.box.clientWidth;
		}).observe(this.box);
		addEventListener("hashchange", () => this.follow());
		addEventListener("beforeunload", (event) => {
			if (this.box.isConnected && (this.waiting || this.keys?.editing)) event.preventDefault();
		});
		this.box.addEventListener("keydown", (event) => {
			const letter = (event.ctrlKey || event.metaKey) && !event.target.value && event.key.toLowerCase();
			if (letter !== "z" && letter !== "y") return;
			event.preventDefault();
			this.undo(letter === "y" || event.shiftKey);
		});
	}

	/** The columns as Tabulator draws them; what is first named stays in sight. */
	definitions() {
		const title = (classes) => (cell) => gridElement("span", classes, cell.getValue());
		const first = this.columns.findIndex((column) => column.name === this.first);
		const made = this.columns.map((column, at) => ({
			title: column.label, titleFormatter: title(""), field: `cells.${column.name}`,
			minWidth: 30 + column.width * 6, widthGrow: column.width,
			visible: !column.spare || this.rows.some((row) => row.cells[column.name] !== ""),
			frozen: this.isWide && at <= Math.max(first, 0),
			formatter: (cell) => this.content(cell, column),
			hozAlign: column.kind === "number" ? "right" : undefined,
			...this.manners(column),
		}));
		const fixed = { titleFormatter: title("et-hidden"), widthGrow: 0, resizable: false, headerSort: false };
		const handle = { rowHandle: true, cssClass: "gr-handle", formatter: () => gridElement("span", "", "⠿") };
		if (this.moves) made.unshift({ ...fixed, ...handle, title: "Move", width: 26, minWidth: 26, frozen: this.isWide });
		const most = Math.max(0, ...this.rows.map((row) => row.links.length));
		if (most) made.push({ ...fixed, title: "More", width: [84, 84, 140][most] ?? 196, formatter: (cell) => this.linksOf(cell.getData()) });
		return made;
	}

	content(cell, column) {
		const row = cell.getData();
		const refusal = this.refused.get(`${row.id} ${column.name}`);
		const content = gridContent(column, row, refusal);
		Object.assign(content.dataset, { row: row.id, column: column.name });
		const element = cell.getElement();
		element.classList.remove("gr-editing");
		element.classList.toggle("gr-open", column.open);
		Object.assign(element, { ariaReadOnly: !column.open, ariaInvalid: refusal ? "true" : null });
		if (refusal) element.setAttribute("aria-describedby", content.lastChild.id);
		else element.removeAttribute("aria-describedby");
		return content;
	}

	/** The boxes that tick a row, and all that the filter shows. */
	ticking() {
		const box = (ariaLabel, onclick) => Object.assign(gridElement("input"), { type: "checkbox", ariaLabel, onclick });
		return {
			width: 36, resizable: false, headerSort: false, frozen: true,
			titleFormatter: () => (this.bar.all = box("Select all rows shown", () =>
				this.tickRows(this.order, this.ticked().length < this.count))),
			formatter: (cell) => {
				const row = cell.getData();
				const made = box(`Select ${row.name}`, (event) => this.tick(this.positionOf(row.id), event.shiftKey));
				return Object.assign(made, { checked: this.ticks.has(row.id), tabIndex: -1 });
			},
		};
	}

	linksOf(row) {
		const content = gridElement("div", "gr-links");
		Object.assign(content.dataset, { row: row.id, column: "links" });
		content.append(...row.links.map(([label, href]) => Object.assign(gridElement("a", "", label), { href, tabIndex: -1 })));
		for (const link of content.children) link.append(gridElement("span", "et-hidden", ` ${row.name}`));
		return content;
	}

	get isWide() { return this.box.clientWidth > 700; }

	/** The heads of the columns, and those columns that are seen, from left to right. */
	get heads() { return this.table.getColumns().filter((head) => this.columnOf(head)); }

	get shown() {
		const heads = this.table?.initialized ? this.heads.filter((head) => head.isVisible()) : [];
		return heads.length ? heads.map((head) => this.columnOf(head)) : this.columns;
	}

	columnOf(head) { return this.columns.find(({ name }) => head.getField() === `cells.${name}`); }

	get order() { return this.table.getRows("active"); }
	get count() { return this.table.getDataCount("active"); }
	dataAt(place) { return this.order[place].getData(); }
	find(id) { return this.table.getRows().find((row) => row.getIndex() === id); }
	positionOf(id) { return this.order.findIndex((row) => row.getIndex() === id); }

	/** Draws a row anew in the same cells: none loses the focus, nor what is typed. */
	redraw(id) {
		const row = this.find(id);
		const typed = this.keys?.editing?.box ?? null;
		for (const cell of row?.getCells().filter((it) => !it.getElement().contains(typed)) ?? []) {
			cell.getElement().replaceChildren(cell.getColumn().getDefinition().formatter(cell));
		}
		row?.getElement().classList.toggle("gr-ticked", this.ticks.has(id));
		row?.normalizeHeight();
		this.keys?.mark();
	}

	follow() {
		const id = location.hash.startsWith(`#${this.anchor}-`) && location.hash.slice(this.anchor.length + 2);
		if (!id || !this.box.isConnected || !this.find(id)) return;
		if (this.positionOf(id) < 0) this.table.clearHeaderFilter();
		this.keys.focus({ ...this.keys.first(), row: this.positionOf(id) });
	}

	/** Ticks a row or takes its tick away; with Shift all from the last one to it. */
	tick(place, extend = false) {
		const { id } = this.dataAt(place);
		const from = extend ? Math.max(0, this.positionOf(this.lastTicked)) : place;
		const rows = this.order.slice(Math.min(from, place), Math.max(from, place) + 1);
		this.tickRows(rows, rows.length > 1 || !this.ticks.has(id));
		this.lastTicked = id;
		if (this.keys.at) this.keys.focus(this.keys.at, true);
	}

	tickRows(rows, on) {
		for (const row of rows) {
			this.ticks[on ? "add" : "delete"](row.getIndex());
			row.getElement().classList.toggle("gr-ticked", on);
			const box = row.getElement().querySelector("[type=checkbox]");
			if (box) box.checked = on;
		}
		this.keepTicks();
	}

	untick() { this.tickRows(this.table.getRows().filter((row) => this.ticks.has(row.getIndex())), false); }

	/** Rows that are gone, or that the filter hides, are ticked no more. */
	keepTicks() {
		this.ticks = new Set(this.ticked().map((row) => row.id));
		this.bar.show(this.ticks.size);
	}

	ticked() { return this.order.map((row) => row.getData()).filter((row) => this.ticks.has(row.id)); }
}
