/*
 * The words of a mark, or of a candidate, in a panel beside it.
 *
 * It opens where the focus is, under a mouse that rests, and at a tap, which without this
 * script would follow the link; Escape closes it. A screen reader needs none of it: the
 * link's name says the same.
 */
"use strict";

class MatrixPanel {
	static rest = 120;

	constructor(table, panel) {
		Object.assign(this, { table, panel, at: null });
		this.bodies = document.getElementById("matrix-panels").content.children;
		this.part = (name) => panel.querySelector(`.mx-panel-${name}`);
		const stop = (event) => event.target.closest?.("a.mx-cell, th a.mx-name");
		const over = (event) => event.pointerType === "mouse" && stop(event);
		table.addEventListener("focusin", (event) => stop(event) && this.open(stop(event)));
		table.addEventListener("focusout", ({ relatedTarget }) => {
			if (!panel.contains(relatedTarget)) {
				this.close();
			}
		});
		table.addEventListener("pointerover", (event) => {
			const link = over(event);
			this.later(() => (link ? this.open(link) : this.close()));
		});
		table.addEventListener("pointerleave", () => this.later(() => this.close()));
		panel.addEventListener("pointerenter", () => clearTimeout(this.timer));
		panel.addEventListener("pointerleave", () => this.later(() => this.close()));
		table.addEventListener("click", (event) => {
			if (event.pointerType === "touch" && stop(event)) {
				event.preventDefault();
				this.open(stop(event));
				this.part("link").focus({ preventScroll: true });
			}
		});
		document.addEventListener("pointerdown", ({ target }) => {
			if (!panel.contains(target) && !table.contains(target)) {
				this.close();
			}
		});
		document.addEventListener("keydown", (event) => {
			if (event.key === "Escape" && this.at) {
				const back = panel.contains(document.activeElement) && this.at;
				this.close();
				back?.focus?.();
				this.close();
			}
		});
		table.closest(".mx-scroll").addEventListener("scroll", () => this.place());
		window.addEventListener("scroll", () => this.place());
	}

	later(act) {
		clearTimeout(this.timer);
		this.timer = setTimeout(act, MatrixPanel.rest);
	}

	open(link) {
		clearTimeout(this.timer);
		if (this.at === link) {
			return;
		}
		this.light(false);
		this.at = link;
		const cell = link.closest("td, th");
		this.head = this.table.tHead.rows[0].cells[cell.cellIndex];
		this.light(true);
		this.part("name").textContent = this.head.querySelector("a").textContent;
		this.fill(link, cell);
		this.part("link").href = link.href;
		this.panel.showPopover?.();
		this.place();
	}

	fill(link, cell) {
		const isCell = cell.tagName === "TD";
		const row = cell.closest("tr");
		this.part("text").hidden = !isCell;
		if (isCell) {
			const [ref, text] = [".mx-ref", ".mx-text"].map((one) => row.querySelector(one).textContent);
			this.part("text").textContent = `${ref} ${text}`;
		}
		const body = isCell ? this.bodies[link.dataset.look] : cell.querySelector(".mx-about");
		this.part("body").replaceChildren(...body.cloneNode(true).childNodes);
		if (link.dataset.numbers) {
			const numbers = document.createElement("p");
			numbers.dir = "auto";
			numbers.textContent = link.dataset.numbers;
			this.part("body").append(numbers);
		}
		this.part("link").textContent = isCell ? "Open the ledger" : "Open the candidate";
	}

	close() {
		clearTimeout(this.timer);
		this.light(false);
		this.at = null;
		this.panel.hidePopover?.();
	}

	light(on) {
		this.head?.classList.toggle("mx-here", on);
	}

	/** Above the link, or below it where there is no room. */
	place() {
		if (!this.at) {
			return;
		}
		const link = this.at.getBoundingClientRect();
		if (!this.at.isConnected || link.width === 0) {
			this.close();
			return;
		}
		const { offsetWidth: wide, offsetHeight: high } = this.panel;
		const middle = link.left + link.width / 2 - wide / 2;
		const left = Math.max(8, Math.min(middle, document.documentElement.clientWidth - wide - 8));
		const top = link.top - high - 6 < 8 ? link.bottom + 6 : link.top - high - 6;
		this.panel.style.setProperty("--mx-left", `${left}px`);
		this.panel.style.setProperty("--mx-top", `${top}px`);
	}
}
