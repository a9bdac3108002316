/*
 * Moves between the cells of the matrix with the arrow keys. Without it every cell is
 * reached with Tab; with it the whole matrix is one stop.
 */
"use strict";

for (const table of document.querySelectorAll("[data-matrix]")) {
	const rows = Array.from(table.tBodies[0].rows, (row) =>
		Array.from(row.querySelectorAll("a.mx-cell")),
	).filter((row) => row.length > 0);
	let here = null;

	const stand = (cell) => {
		here?.setAttribute("tabindex", "-1");
		here = cell;
		here.setAttribute("tabindex", "0");
	};

	const moves = {
		ArrowLeft: (row, column) => [row, column - 1],
		ArrowRight: (row, column) => [row, column + 1],
		ArrowUp: (row, column) => [row - 1, column],
		ArrowDown: (row, column) => [row + 1, column],
		Home: (row, column, far) => [far ? 0 : row, 0],
		End: (row, column, far) => [far ? rows.length - 1 : row, rows[0].length - 1],
		PageUp: (row, column) => [Math.max(0, row - 8), column],
		PageDown: (row, column) => [Math.min(rows.length - 1, row + 8), column],
	};

	rows.flat().forEach((cell) => cell.setAttribute("tabindex", "-1"));
	if (rows.length > 0) {
		stand(rows[0][0]);
	}

	table.addEventListener("focusin", (event) => {
		const cell = event.target.closest("a.mx-cell");
		if (cell) {
			stand(cell);
		}
	});

	table.addEventListener("keydown", (event) => {
		const cell = event.target.closest("a.mx-cell");
		const move = moves[event.key];
		if (!cell || !move || event.altKey || event.metaKey) {
			return;
		}
		const row = rows.findIndex((each) => each.includes(cell));
		const [down, across] = move(row, rows[row].indexOf(cell), event.ctrlKey);
		const next = rows[down]?.[across];
		if (next) {
			event.preventDefault();
			next.focus();
			next.scrollIntoView({ block: "nearest", inline: "nearest" });
		}
	});
}
