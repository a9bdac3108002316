/*
 * Categories that fold: a button in each category's row, and one for all of them.
 *
 * Which are folded is kept for the tab, by the evaluation's id. Without this script
 * every category is open.
 */
"use strict";

class MatrixFolds {
	constructor() {
		this.key = `matrix-folds ${document.querySelector("[data-matrix]").dataset.matrix}`;
		this.folded = new Set(JSON.parse(sessionStorage.getItem(this.key) ?? "[]"));
	}

	/** Makes the name in a category's row a button. */
	dress = (row) => {
		const name = row.querySelector("span.mx-fold");
		const button = document.createElement("button");
		button.type = "button";
		button.className = "mx-fold";
		button.tabIndex = -1;
		button.append(...name.childNodes);
		button.setAttribute("aria-expanded", !this.folded.has(row.dataset.category));
		button.addEventListener("click", () => this.turn(row.dataset.category));
		name.replaceWith(button);
	};

	start(rows) {
		this.rows = rows;
		const hash = location.hash;
		this.folded.delete(hash && rows.above(hash));
		this.all = document.querySelector("[data-fold-all]");
		if (this.all && rows.categories.length > 1) {
			this.all.hidden = false;
			this.all.addEventListener("click", () => {
				this.folded = new Set(this.areAllFolded ? [] : rows.categories);
				this.apply();
			});
		}
		this.apply();
	}

	get areAllFolded() {
		return this.rows.categories.every((category) => this.folded.has(category));
	}

	isFolded = (category) => this.folded.has(category);

	/** Folds the category or opens it, and stays on its button. */
	turn(category, fold = !this.folded.has(category)) {
		if (fold === this.folded.has(category)) {
			return;
		}
		this.folded[fold ? "add" : "delete"](category);
		this.apply();
		this.buttonOf(category).focus({ preventScroll: true });
	}

	apply() {
		this.rows.hide(this.isFolded);
		for (const category of this.rows.categories) {
			this.buttonOf(category)?.setAttribute("aria-expanded", !this.folded.has(category));
		}
		if (this.all) {
			this.all.textContent = this.areAllFolded ? "Open all categories" : "Fold all categories";
		}
		sessionStorage.setItem(this.key, JSON.stringify([...this.folded]));
		document.querySelector("[data-matrix]").dispatchEvent(new Event("folded"));
	}

	buttonOf(category) {
		return document.querySelector(`[data-category="${category}"] button.mx-fold`);
	}
}
