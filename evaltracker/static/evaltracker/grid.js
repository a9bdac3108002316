/*
 * A grid in place of a table: rows that are edited where they stand (docs/developers/pages.md).
 *
 * Tabulator draws the rows in sight; every change goes to the grid's address, which calls
 * the services of the forms. Without this script the table and its forms stay.
 */
"use strict";

class EvalGrid {
	static async start(box) {
		const answer = await fetch(box.dataset.grid, { headers: { Accept: "application/json" } });
		if (answer.ok) {
			const said = await answer.json();
			new (said.prices ? PriceGrid : EvalGrid)(box, said);
		}
	}

	constructor(box, said) {
		Object.assign(this, said, { box, refused: new Map(), ticks: new Set(), undos: [] });
		this.turn = Promise.resolve();
		this.waiting = 0;
		this.place = gridElement("div", "gr-table");
		this.bar = new GridBar(this);
		this.line = this.first ? new GridLine(this) : null;
		this.alert = gridElement("p", "gr-alert");
		this.alert.setAttribute("role", "alert");
		this.status = gridElement("span");
		this.status.setAttribute("role", "status");
		this.noted = gridElement("span", "gr-note", said.note);
		this.undoButton = gridElement("button", "gr-undo", "Undo");
		this.undoButton.type = "button";
		this.undoButton.hidden = true;
		this.undoButton.addEventListener("click", () => this.undo());
		const help = gridElement("span", "gr-help", "Enter edits, Tab saves and goes on, Space selects"
			+ `${this.moves ? ", Alt+↑ and Alt+↓ move a row" : ""}, Ctrl+Z undoes.`);
		help.id = `help-${box.id}`;
		const foot = gridElement("p", "gr-foot");
		foot.append(this.noted, this.status, this.undoButton, help);
		this.empty = this.rows.length ? null : box.querySelector(".et-empty");
		const parts = [this.empty, this.bar.bar, this.alert, this.place, this.line?.box, foot];
		box.replaceChildren(...parts.filter(Boolean));
		box.classList.add("gr");
		this.draw(help.id);
	}

	draw(help) {
		this.table = new Tabulator(this.place, {
			data: this.rows,
			index: "id",
			layout: "fitColumns",
			maxHeight: "72vh",
			// It would draw all rows anew, also below what is just being typed.
			autoResize: false,
			columns: this.definitions(),
			movableRows: this.moves,
			headerSortClickElement: "icon",
			columnDefaults: { headerSort: false, resizable: "header", variableHeight: true, tooltip: false },
			placeholder: "",
			rowFormatter: (row) => {
				const element = row.getElement();
				element.id = `${this.anchor}-${row.getIndex()}`;
				element.setAttribute("aria-rowindex", this.positionOf(row.getIndex()) + 2);
				element.classList.toggle("gr-ticked", this.ticks.has(row.getIndex()));
			},
		});
		this.table.on("rowMoved", (row) => this.moved(row));
		this.table.on("tableBuilt", () => {
			this.place.setAttribute("aria-label", this.title);
			this.place.setAttribute("aria-rowcount", this.count + 1);
			this.place.setAttribute("aria-describedby", help);
			this.keys = new GridKeys(this);
			this.follow();
		});
		this.table.on("renderComplete", () => this.keys?.mark());
		let width = this.box.clientWidth;
		new ResizeObserver(() => {
			if (this.box.clientWidth !== width) {
				width = this.box.clientWidth;
				this.table.redraw();
			}
		}).observe(this.box);
		addEventListener("hashchange", () => this.follow());
		addEventListener("beforeunload", (event) => {
			if (this.box.isConnected && (this.waiting || this.keys?.editing)) {
				event.preventDefault();
			}
		});
		this.box.addEventListener("keydown", (event) => {
			if ((event.ctrlKey || event.metaKey) && event.key === "z" && !event.target.value) {
				event.preventDefault();
				this.undo();
			}
		});
	}

	definitions() {
		const title = (cell) => gridElement("span", "", cell.getValue());
		const hidden = (cell) => gridElement("span", "et-hidden", cell.getValue());
		const made = this.columns.map((column, at) => ({
			title: column.label,
			titleFormatter: title,
			field: `cells.${column.name}`,
			minWidth: 24 + column.width * 6,
			widthGrow: column.width,
			formatter: (cell) => this.content(cell, column, at),
			hozAlign: column.kind === "number" ? "right" : undefined,
		}));
		const ticks = this.bar.bar.querySelectorAll("button").length > 1;
		const fixed = { titleFormatter: hidden, widthGrow: 0, resizable: false };
		if (ticks) {
			made.unshift({ ...fixed, title: "Select", width: 36, formatter: (cell) => this.tickBox(cell.getData()) });
		}
		if (this.moves) {
			made.unshift({
				...fixed, title: "Move", width: 26, minWidth: 26, rowHandle: true, cssClass: "gr-handle",
				formatter: () => gridElement("span", "", "⠿"),
			});
		}
		if (this.rows.some((row) => row.links.length)) {
			const most = Math.max(...this.rows.map((row) => row.links.length));
			made.push({ ...fixed, title: "More", width: most > 2 ? 196 : 84, formatter: (cell) => this.linksOf(cell.getData()) });
		}
		return made;
	}

	content(cell, column, at) {
		const row = cell.getData();
		const key = `${row.id} ${column.name}`;
		const refusal = this.refused.get(key);
		const content = gridContent(column, row, refusal);
		content.dataset.row = row.id;
		content.dataset.column = at;
		const element = cell.getElement();
		element.classList.remove("gr-editing");
		element.classList.toggle("gr-open", column.open);
		element.setAttribute("aria-readonly", !column.open);
		if (refusal) {
			element.setAttribute("aria-invalid", "true");
			element.setAttribute("aria-describedby", content.lastChild.id);
		} else {
			element.removeAttribute("aria-invalid");
			element.removeAttribute("aria-describedby");
		}
		return content;
	}

	tickBox(row) {
		const box = gridElement("input");
		box.type = "checkbox";
		box.tabIndex = -1;
		box.checked = this.ticks.has(row.id);
		box.setAttribute("aria-label", `Select ${row.name}`);
		box.addEventListener("change", () => this.tick(this.positionOf(row.id)));
		return box;
	}

	linksOf(row) {
		const content = gridElement("div", "gr-links");
		content.dataset.row = row.id;
		content.dataset.column = this.columns.length;
		for (const [label, address] of row.links) {
			const link = gridElement("a", "", label);
			link.href = address;
			link.tabIndex = -1;
			link.append(gridElement("span", "et-hidden", ` ${row.name}`));
			content.append(link);
		}
		return content;
	}

	/* Rows by their place on the page. */
	get order() {
		return this.table.getRows("active");
	}

	get count() {
		return this.table.getDataCount("active");
	}

	rowAt(place) {
		return this.order[place];
	}

	dataAt(place) {
		return this.rowAt(place).getData();
	}

	find(id) {
		return this.table.getRows().find((row) => row.getIndex() === id);
	}

	positionOf(id) {
		return this.order.findIndex((row) => row.getIndex() === id);
	}

	async show(place) {
		const row = this.rowAt(place);
		if (!row.getElement().isConnected) {
			await row.scrollTo("nearest", false);
		}
	}

	/** Draws a row anew in the same cells: none loses the focus, nor what is typed. */
	redraw(id) {
		const row = this.find(id);
		if (row) {
			for (const cell of row.getCells()) {
				if (cell.getElement().contains(this.keys?.editing?.box ?? null)) {
					continue;
				}
				cell.getElement().replaceChildren(cell.getColumn().getDefinition().formatter(cell));
			}
			row.getElement().classList.toggle("gr-ticked", this.ticks.has(id));
			row.normalizeHeight();
		}
		this.keys?.mark();
	}

	/** Goes to the row that the address names. */
	follow() {
		const id = location.hash.startsWith(`#${this.anchor}-`) && location.hash.slice(this.anchor.length + 2);
		if (id && this.box.isConnected && this.find(id)) {
			this.keys.focus({ ...this.keys.first(), row: this.positionOf(id) });
		}
	}

	tick(place) {
		const { id } = this.dataAt(place);
		if (!this.ticks.delete(id)) {
			this.ticks.add(id);
		}
		this.redraw(id);
		this.bar.show(this.ticks.size);
		if (this.keys?.at) {
			this.keys.focus(this.keys.at, true);
		}
	}

	untick() {
		const ids = [...this.ticks];
		this.ticks.clear();
		ids.forEach((id) => this.redraw(id));
		this.bar.show(0);
	}

	/** Rows that are gone are ticked no more. */
	keepTicks() {
		this.ticks = new Set(this.ticked().map((row) => row.id));
		this.bar.show(this.ticks.size);
	}

	ticked() {
		return this.order.map((row) => row.getData()).filter((row) => this.ticks.has(row.id));
	}
}
