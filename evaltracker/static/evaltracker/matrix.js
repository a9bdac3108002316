/*
 * The matrix for hands on the keyboard, and its rows where there are too many for a page.
 *
 * Arrow keys move between the cells. Without this script every cell is reached with Tab;
 * with it the whole matrix is one stop. A matrix with rows as data shows those that are
 * in sight; without this script it has pages.
 */
"use strict";

/** Rows that are all on the page. */
class AllRows {
	constructor(table) {
		this.rows = table.tBodies[0].rows;
	}

	get count() {
		return this.rows.length;
	}

	at(row) {
		return this.rows[row];
	}
}

/** Rows made of data when they come in sight, each at its own place and of one height. */
class RowsInSight {
	static around = 6;

	constructor(table, data) {
		this.body = table.tBodies[0];
		this.scroll = table.closest(".mx-scroll");
		this.address = table.dataset.address;
		this.data = data;
		this.heads = document.getElementById("matrix-heads").content.children;
		this.looks = document.getElementById("matrix-looks").content.children;
		this.candidates = Array.from(
			table.tHead.querySelectorAll("[data-candidate]"),
			(head) => [head.dataset.candidate, head.querySelector("a").textContent],
		);
		const first = rowNumber(this.body.rows[0]);
		table.classList.add("mx--live");
		this.body.replaceChildren();
		this.made = new Map();
		this.measure();
		this.scroll.scrollTop = first * this.height;
		this.show();
		let waits = false;
		this.scroll.addEventListener("scroll", () => {
			if (!waits) {
				waits = true;
				requestAnimationFrame(() => {
					waits = false;
					this.show();
				});
			}
		});
		new ResizeObserver(() => {
			this.measure();
			this.show();
		}).observe(this.scroll);
	}

	get count() {
		return this.data.length;
	}

	/** All rows are as high as the style says, in whatever size of letters. */
	measure() {
		const height = this.at(0).getBoundingClientRect().height;
		if (height === this.height) {
			return;
		}
		this.height = height;
		this.body.style.blockSize = `${this.count * height}px`;
		for (const [row, made] of this.made) {
			made.style.insetBlockStart = `${row * height}px`;
		}
	}

	show() {
		const top = Math.floor(this.scroll.scrollTop / this.height);
		const seen = Math.ceil(this.scroll.clientHeight / this.height);
		const from = Math.max(0, top - RowsInSight.around);
		const to = Math.min(this.count, top + seen + RowsInSight.around);
		for (const [row, made] of this.made) {
			if ((row < from || row >= to) && !made.contains(document.activeElement)) {
				made.remove();
				this.made.delete(row);
			}
		}
		for (let row = from; row < to; row++) {
			this.at(row);
		}
		this.top = Math.min(top, this.count - 1);
		this.body.dispatchEvent(new Event("shown"));
	}

	at(row) {
		if (!this.made.has(row)) {
			const made = this.make(row);
			this.made.set(row, made);
			const after = Array.from(this.body.rows).find((one) => rowNumber(one) > row);
			this.body.insertBefore(made, after ?? null);
		}
		return this.made.get(row);
	}

	make(row) {
		const [id, must, ref, text, cells] = this.data[row];
		const made = document.createElement("tr");
		made.id = `requirement-${id}`;
		made.setAttribute("role", "row");
		made.setAttribute("aria-rowindex", row + 2);
		made.style.insetBlockStart = `${row * (this.height ?? 0)}px`;
		const head = this.heads[must].cloneNode(true);
		head.querySelector(".mx-ref").textContent = ref;
		head.querySelector(".mx-text").textContent = text;
		made.append(head, ...cells.map((look, column) => {
			const [candidate, name] = this.candidates[column];
			const cell = document.createElement("td");
			const link = this.looks[look].cloneNode(true);
			const said = link.dataset.said;
			cell.setAttribute("role", "gridcell");
			link.removeAttribute("data-said");
			link.href = this.address.replace("{candidate}", candidate).replace("{requirement}", id);
			link.setAttribute("aria-label", `${name}, ${ref}: ${said}`);
			link.tabIndex = -1;
			cell.append(link);
			return cell;
		}));
		return made;
	}

	/** Goes to the row that the address names, as a browser does where all are there. */
	follow(hash) {
		const row = this.data.findIndex(([id]) => hash === `#requirement-${id}`);
		if (row >= 0) {
			this.scroll.scrollTop = row * this.height;
			this.show();
			this.at(row).querySelector("a.mx-cell").focus({ preventScroll: true });
		}
	}
}

const rowNumber = (row) => Number(row.getAttribute("aria-rowindex")) - 2;

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

/** Makes the table one stop of the Tab key, and lets the arrow keys move in it. */
function letKeysMove(table, rows) {
	let here = null;
	const linksOf = (row) => row.querySelectorAll("a.mx-cell");
	const stand = (link) => {
		here?.setAttribute("tabindex", "-1");
		here = link;
		here.setAttribute("tabindex", "0");
	};
	const offset = rowNumber(table.tBodies[0].rows[0]);
	for (const link of linksOf(table.tBodies[0])) {
		link.setAttribute("tabindex", "-1");
	}
	stand(linksOf(table.tBodies[0].rows[0])[0]);
	table.tBodies[0].addEventListener("shown", () => {
		if (!here.isConnected) {
			stand(linksOf(rows.at(rows.top))[0]);
		}
	});
	table.addEventListener("focusin", (event) => {
		const link = event.target.closest("a.mx-cell");
		if (link) {
			stand(link);
		}
	});
	// So that the way back from a cell's page leads to its row.
	table.addEventListener("click", (event) => {
		const row = event.target.closest("a.mx-cell")?.closest("tr");
		if (row && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
			history.replaceState(history.state, "", `#${row.id}`);
		}
	});
	table.addEventListener("keydown", (event) => {
		const link = event.target.closest("a.mx-cell");
		const move = moves[event.key];
		if (!link || !move || event.altKey || event.metaKey) {
			return;
		}
		const place = link.closest("tr");
		const row = rows instanceof AllRows ? rowNumber(place) - offset : rowNumber(place);
		const column = Array.from(linksOf(place)).indexOf(link);
		const last = { row: rows.count - 1, column: linksOf(place).length - 1 };
		const [down, across] = move(row, column, event.ctrlKey, last);
		if (down < 0 || down > last.row || across < 0 || across > last.column) {
			return;
		}
		event.preventDefault();
		const next = linksOf(rows.at(down))[across];
		next.focus({ preventScroll: true });
		next.scrollIntoView({ block: "nearest", inline: "nearest" });
	});
}

for (const table of document.querySelectorAll("[data-matrix]")) {
	const data = document.getElementById("matrix-rows");
	if (data) {
		const rows = new RowsInSight(table, JSON.parse(data.textContent));
		document.querySelector("[data-matrix-pages]")?.remove();
		letKeysMove(table, rows);
		const follow = () => rows.follow(location.hash);
		follow();
		// When all is loaded, the browser looks for the place itself and takes the focus.
		window.addEventListener("load", () => setTimeout(follow));
		window.addEventListener("hashchange", follow);
	} else {
		letKeysMove(table, new AllRows(table));
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
