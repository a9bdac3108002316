/*
 * The matrix for hands on the keyboard.
 *
 * Arrow keys move between the cells and the categories. Without this script every cell is
 * reached with Tab; with it the whole matrix is one stop. A matrix with rows as data shows
 * those that are in sight; without this script it has pages.
 */
"use strict";

const moves = {
	ArrowLeft: (row, column) => [row, column - 1],
	ArrowRight: (row, column) => [row, column + 1],
	ArrowUp: (row, column) => [row - 1, column],
	ArrowDown: (row, column) => [row + 1, column],
	Home: (row, column, all) => [all ? 0 : row, 0],
	End: (row, column, all, last) => [all ? last.row : row, last.column],
	PageUp: (row, column) => [Math.max(0, row - 8), column],
	PageDown: (row, column, all, last) => [Math.min(last.row, row + 8), column],
};
const STOPS = "a.mx-cell, button.mx-fold";

/** Makes the table one stop of the Tab key, and lets the arrow keys move in it. */
class MatrixKeys {
	constructor(table, rows, folds) {
		Object.assign(this, { table, rows, folds, here: null, column: 0 });
		this.body = table.tBodies[0];
		this.body.querySelectorAll("a.mx-cell").forEach((link) => link.setAttribute("tabindex", "-1"));
		this.standAnywhere();
		this.body.addEventListener("shown", () => this.here.isConnected || this.standAnywhere());
		table.addEventListener("folded", () => this.here.closest("tr[hidden]") && this.standAnywhere());
		table.addEventListener("focusin", (event) => {
			const stop = event.target.closest(STOPS);
			if (stop) {
				this.stand(stop);
			}
		});
		// So that the way back from a cell's page leads to its row.
		table.addEventListener("click", (event) => {
			const row = event.target.closest("a.mx-cell")?.closest("tr");
			if (row && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
				history.replaceState(history.state, "", `#${row.id}`);
			}
		});
		table.addEventListener("keydown", (event) => this.press(event));
	}

	stopsOf(row) {
		return Array.from(row.querySelectorAll(STOPS));
	}

	stand(stop) {
		this.here?.setAttribute("tabindex", "-1");
		this.here = stop;
		stop.setAttribute("tabindex", "0");
	}

	/** The first cell in sight; a category only where all are folded. */
	standAnywhere() {
		const first = this.rows.at(this.rows.top ?? 0);
		this.stand(this.body.querySelector("tr:not([hidden]) a.mx-cell") ?? this.stopsOf(first)[0]);
	}

	press(event) {
		const stop = event.target.closest(STOPS);
		const move = moves[event.key];
		if (!stop || !move || event.altKey || event.metaKey) {
			return;
		}
		const row = stop.closest("tr");
		const category = row.dataset.category;
		if (category && ["ArrowLeft", "ArrowRight"].includes(event.key)) {
			event.preventDefault();
			this.folds.turn(category, event.key === "ArrowLeft");
			return;
		}
		this.column = category ? this.column : this.stopsOf(row).indexOf(stop);
		const last = { row: this.rows.count - 1, column: this.table.tHead.rows[0].cells.length - 2 };
		const [down, across] = move(this.rows.lineOf(row), this.column, event.ctrlKey, last);
		if (down < 0 || down > last.row || across < 0 || across > last.column) {
			return;
		}
		event.preventDefault();
		this.column = across;
		const stops = this.stopsOf(this.rows.at(down));
		const next = stops[across] ?? stops[0];
		next.focus({ preventScroll: true });
		next.scrollIntoView({ block: "nearest", inline: "nearest" });
	}
}

for (const table of document.querySelectorAll("[data-matrix]")) {
	const data = document.getElementById("matrix-rows");
	const panel = document.getElementById("matrix-panel");
	const folds = new MatrixFolds();
	const rows = data
		? new RowsInSight(table, JSON.parse(data.textContent), folds.dress)
		: new AllRows(table, folds.dress);
	folds.start(rows);
	new MatrixKeys(table, rows, folds);
	if (panel) {
		new MatrixPanel(table, panel);
	}
	if (data) {
		document.querySelector("[data-matrix-pages]")?.remove();
		const follow = () => rows.follow(location.hash);
		follow();
		// When all is loaded, the browser looks for the place itself and takes the focus.
		window.addEventListener("load", () => setTimeout(follow));
		window.addEventListener("hashchange", follow);
	}
}

document.addEventListener("keydown", (event) => {
	const words = document.querySelector('.mx-filters [type="search"]');
	const writes = event.target.closest("input, textarea, select, [contenteditable]");
	if (words && event.key === "/" && !writes && !event.ctrlKey && !event.metaKey && !event.altKey) {
		event.preventDefault();
		words.focus();
	}
});
