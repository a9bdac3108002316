/*
 * How a grid is arranged: sorted and filtered, its columns hidden, moved, kept in sight.
 * Each change is kept as the reader's own view; the owner may make it everybody's.
 */
"use strict";

Object.assign(EvalGrid.prototype, {
	tools() {
		const view = (label, layout, shared, done) => gridButton(label, () =>
			this.post({ view: { layout: layout && this.layout(), shared } }).then((said) => said && done()), "gr-undo");
		this.filterButton = gridButton("Filter", () => this.showFilters(this.filterButton.ariaPressed !== "true"));
		this.filterButton.ariaPressed = "false";
		this.narrowed = gridElement("span");
		this.all = gridButton("Show all", () => this.table.clearHeaderFilter(), "gr-undo");
		this.own = gridElement("span", "gr-own");
		const share = view("Show it like this to everybody", true, true, () =>
			this.say("People who have not saved a view of their own see this one."));
		this.own.append(view("Reset columns", null, false, () => location.reload()), ...(this.shares ? [share] : []));
		const tools = gridElement("div", "gr-tools");
		tools.append(this.filterButton, this.narrowed, this.all, this.own);
		return tools;
	},

	keeping() {
		const { columns, sort, filters: headerFilter } = this.view ?? {};
		return {
			persistence: { sort: true, headerFilter: true, columns: this.isWide ? ["visible", "frozen", "width"] : ["visible"] },
			persistenceReaderFunc: (_, part) => ({ columns, sort, headerFilter })[part] ?? false,
			persistenceWriterFunc: () => this.keepView(),
		};
	},

	manners(column) {
		return {
			sorter: (a, b, one, other, _, way) => gridCompare(column, one.getData(), other.getData(), way === "asc"),
			headerFilter: "input",
			headerFilterPlaceholder: " ",
			headerFilterParams: { elementAttributes: { "aria-label": `Filter ${column.label}` } },
			headerFilterFunc: (typed, _, row) => gridShown(column, row).toLowerCase().includes(typed.trim().toLowerCase()),
			headerMenu: (_, head) => this.choices(head).map(([label, action]) => ({ label: gridElement("button", "", label), action })),
			headerMenuIcon: () => Object.assign(gridElement("button", "gr-head", "⋮"),
				{ type: "button", ariaLabel: `${column.label}: sort, hide, move` }),
		};
	},

	choices(head) {
		const { heads, table } = this;
		const { frozen } = head.getDefinition();
		const at = heads.findIndex((it) => it.getField() === head.getField());
		const beside = (step) => heads[at + step]?.getDefinition().frozen === frozen && heads[at + step];
		return [
			["Sort ascending", () => table.setSort(head.getField(), "asc")],
			["Sort descending", () => table.setSort(head.getField(), "desc")],
			table.getSorters().length && ["Do not sort", () => table.clearSort()],
			beside(-1) && ["Move left", () => head.move(beside(-1), false)],
			beside(1) && ["Move right", () => head.move(beside(1), true)],
			[frozen ? "Let it scroll" : "Keep in sight", () => this.freeze(head, !frozen)],
			this.shown.length > 1 && ["Hide", () => head.hide()],
			...heads.filter((it) => !it.isVisible()).map((it) => [`Show ${this.columnOf(it).label}`, () => it.show()]),
		].filter(Boolean);
	},

	/** Columns kept in sight stand first, in the order in which they were kept. */
	async freeze(head, frozen) {
		const last = this.heads.findLast((it) => it.getDefinition().frozen);
		if (last && last.getField() !== head.getField()) head.move(last, true);
		await head.updateDefinition({ frozen });
		this.keepView();
	},

	showFilters(on) {
		this.filterButton.ariaPressed = on;
		this.box.classList.toggle("gr-filters", on);
		this.table.redraw();
		if (on) this.place.querySelector(".tabulator-header-filter input")?.focus();
		else this.table.clearHeaderFilter();
	},

	layout() {
		return {
			columns: this.heads.map((head) => ({
				field: head.getField(), visible: head.isVisible(), frozen: Boolean(head.getDefinition().frozen),
				width: this.widths[head.getField()],
			})),
			sort: this.table.getSorters().map(({ field, dir }) => ({ column: field, dir })),
			filters: this.table.getHeaderFilters().map(({ field, value }) => ({ field, value })),
		};
	},

	/** Keeps the view a moment after it changed, if it did. */
	keepView() {
		clearTimeout(this.later);
		this.later = setTimeout(() => {
			const layout = this.layout();
			if (!this.known || this.known === JSON.stringify(layout)) return;
			this.known = JSON.stringify(layout);
			this.own.hidden = false;
			this.post({ view: { layout, shared: false } });
		}, 500);
	},

	/** Once the table stands: what it is like is known, and what narrows it is told. */
	arranged() {
		this.widths = Object.fromEntries((this.view?.columns ?? []).map(({ field, width }) => [field, width]));
		this.known = JSON.stringify(this.layout());
		this.own.hidden = !this.view;
		this.table.on("columnResized", (head) => {
			this.widths[head.getField()] = head.getWidth();
			this.keepView();
		});
		this.table.on("menuOpened", () => document.querySelector(".tabulator-menu button").focus());
		const tell = () => {
			const isNarrowed = this.count < this.rows.length;
			this.place.setAttribute("aria-rowcount", this.count + 1);
			this.narrowed.textContent = isNarrowed ? `${this.count} of ${this.rows.length} rows` : "";
			this.all.hidden = !isNarrowed;
			this.box.classList.toggle("gr-arranged", isNarrowed || this.table.getSorters().length > 0);
			this.keepTicks();
			this.keys.mark();
		};
		// They tell before they have done it.
		["dataFiltered", "dataSorted", "dataProcessed"].forEach((event) => this.table.on(event, () => setTimeout(tell)));
		tell();
		if (this.layout().filters.length) this.showFilters(true);
	},
});
