/*
 * The lines of the matrix: requirements, and in the picture their categories above them.
 *
 * Both classes give the lines that no folded category hides: `count`, `at(line)`,
 * `lineOf(row)` and `find(id)`; `hide(isFolded)` chooses them anew.
 */
"use strict";

/** Lines that are all on the page. */
class AllRows {
	constructor(table, dress) {
		this.every = Array.from(table.tBodies[0].rows);
		this.every.filter((row) => row.dataset.category).forEach(dress);
		this.hide(() => false);
	}

	get count() {
		return this.lines.length;
	}

	hide(isFolded) {
		let folded = false;
		for (const row of this.every) {
			const category = row.dataset.category;
			folded = category ? isFolded(category) : folded;
			row.hidden = folded && !category;
		}
		this.lines = this.every.filter((row) => !row.hidden);
	}

	at(line) {
		return this.lines[line];
	}

	lineOf(row) {
		return this.lines.indexOf(row);
	}

	/** The line of a category. */
	find(category) {
		return this.lines.findIndex((row) => row.dataset.category === category);
	}

	/** The category above the row that an address names. */
	above(hash) {
		const at = this.every.findIndex((row) => hash === `#${row.id}`);
		return this.every.slice(0, at).findLast((row) => row.dataset.category)?.dataset.category;
	}

	get categories() {
		return this.every.map((row) => row.dataset.category).filter(Boolean);
	}
}

/** Lines made of data when they come in sight, each at its own place and of one height. */
class RowsInSight {
	static around = 6;

	constructor(table, data, dress) {
		this.body = table.tBodies[0];
		this.scroll = table.closest(".mx-scroll");
		this.address = table.dataset.address;
		this.data = data;
		this.dress = dress;
		this.heads = document.getElementById("matrix-heads").content.children;
		this.looks = document.getElementById("matrix-looks").content.children;
		this.groups = document.getElementById("matrix-groups").content;
		this.candidates = Array.from(
			table.tHead.querySelectorAll("[data-candidate]"),
			(head) => [head.dataset.candidate, head.querySelector("a").textContent, head.className],
		);
		const first = numberOf(this.body.rows[0]);
		table.classList.add("mx--live");
		this.body.replaceChildren();
		this.made = new Map();
		this.hide(() => false);
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
		window.addEventListener("beforeprint", () => this.fill(0, this.count));
		window.addEventListener("afterprint", () => this.show());
	}

	get count() {
		return this.lines.length;
	}

	get categories() {
		return this.data.filter((one) => typeof one === "string");
	}

	hide(isFolded) {
		let folded = false;
		this.lines = [];
		this.data.forEach((one, number) => {
			const isCategory = typeof one === "string";
			folded = isCategory ? isFolded(one) : folded;
			if (isCategory || !folded) {
				this.lines.push(number);
			}
		});
		this.line = new Map(this.lines.map((number, line) => [number, line]));
		this.made.clear();
		this.body.replaceChildren();
		this.height = 0;
		this.measure();
		this.show();
	}

	/** All lines are as high as the style says, in whatever size of letters. */
	measure() {
		const height = this.at(0).getBoundingClientRect().height;
		if (height === this.height) {
			return;
		}
		this.height = height;
		this.body.style.blockSize = `${this.count * height}px`;
		for (const [line, made] of this.made) {
			made.style.insetBlockStart = `${line * height}px`;
		}
	}

	show() {
		const top = Math.floor(this.scroll.scrollTop / this.height);
		const seen = Math.ceil(this.scroll.clientHeight / this.height);
		const from = Math.max(0, top - RowsInSight.around);
		const to = Math.min(this.count, top + seen + RowsInSight.around);
		for (const [line, made] of this.made) {
			if ((line < from || line >= to) && !made.contains(document.activeElement)) {
				made.remove();
				this.made.delete(line);
			}
		}
		this.fill(from, to);
		this.top = Math.min(top, this.count - 1);
		this.body.dispatchEvent(new Event("shown"));
	}

	fill(from, to) {
		for (let line = from; line < to; line++) {
			this.at(line);
		}
	}

	at(line) {
		if (!this.made.has(line)) {
			const number = this.lines[line];
			const made = typeof this.data[number] === "string" ? this.category(number) : this.make(number);
			made.style.insetBlockStart = `${line * this.height}px`;
			this.made.set(line, made);
			const after = Array.from(this.body.rows).find((one) => numberOf(one) > number);
			this.body.insertBefore(made, after ?? null);
		}
		return this.made.get(line);
	}

	lineOf(row) {
		return this.line.get(numberOf(row)) ?? -1;
	}

	find(category) {
		return this.line.get(this.data.indexOf(category)) ?? -1;
	}

	above(hash) {
		const at = this.data.findIndex(([id]) => hash === `#requirement-${id}`);
		return this.data.slice(0, at).findLast((one) => typeof one === "string");
	}

	category(number) {
		const row = this.groups.querySelector(`[data-category="${this.data[number]}"]`).cloneNode(true);
		this.dress(row);
		return row;
	}

	make(number) {
		const [id, must, ref, text, cells, numbers = {}] = this.data[number];
		const made = document.createElement("tr");
		made.id = `requirement-${id}`;
		made.setAttribute("role", "row");
		made.setAttribute("aria-rowindex", number + 2);
		const head = this.heads[must].cloneNode(true);
		head.querySelector(".mx-ref").textContent = ref;
		head.querySelector(".mx-text").textContent = text;
		made.append(head, ...cells.map((look, column) => {
			const [candidate, name, css] = this.candidates[column];
			const cell = document.createElement("td");
			const link = this.looks[look].cloneNode(true);
			const said = [link.dataset.said, numbers[column]].filter(Boolean).join(". ");
			cell.setAttribute("role", "gridcell");
			cell.className = css;
			link.removeAttribute("data-said");
			if (numbers[column]) {
				link.dataset.numbers = numbers[column];
			}
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
		const line = this.line.get(this.data.findIndex(([id]) => hash === `#requirement-${id}`));
		if (line !== undefined) {
			this.scroll.scrollTop = line * this.height;
			this.show();
			this.at(line).querySelector("a.mx-cell").focus({ preventScroll: true });
		}
	}
}

/** Which of all lines a row is, folded ones counted. */
function numberOf(row) {
	return Number(row.getAttribute("aria-rowindex")) - 2;
}
