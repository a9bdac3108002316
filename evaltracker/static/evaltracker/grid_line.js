/*
 * Rows that are typed, pasted or chosen below the last one. What is not certain about
 * pasted rows is asked in a dialog over the grid; the text stays until it is in.
 */
"use strict";

class GridLine {
	constructor(grid) {
		this.grid = grid;
		const column = grid.columns.find((it) => it.name === grid.first);
		const asRow = () => ({ [column.name]: this.field.value });
		if (column.kind === "choice") {
			const row = { id: "new", name: `add a ${grid.noun}`, cells: { [column.name]: "" }, labels: {} };
			this.field = gridEditor(column, row);
			this.field.options[0].textContent = `Choose a ${column.label.toLowerCase()}`;
			this.box = gridElement("form", "gr-choose");
			this.box.append(this.field, gridElement("button", "et-button", `Add ${grid.noun}`));
			this.box.addEventListener("submit", (event) => {
				event.preventDefault();
				this.add(asRow());
			});
		} else {
			const said = "Type here, or paste rows of a spreadsheet, with their heads if you like";
			this.field = this.box = gridElement("textarea", "gr-line");
			this.box.rows = 1;
			this.box.placeholder = said;
			this.box.setAttribute("aria-label", `Add a ${grid.noun}. ${said}; Enter adds it.`);
			this.box.addEventListener("keydown", (event) => {
				if (event.key !== "Enter" || event.shiftKey) return;
				event.preventDefault();
				this.add(this.isBlock(this.field.value) ? null : asRow());
			});
		}
		this.box.addEventListener("paste", (event) => {
			const text = event.clipboardData.getData("text/plain");
			if (!this.isBlock(text)) return;
			event.preventDefault();
			if (this.field === this.box) this.field.value = text;
			this.add(null, text);
		});
	}

	isBlock(text) {
		return /[\t\n]/.test(text.trim());
	}

	focus() {
		this.field.focus();
	}

	async add(row, text = this.field.value) {
		if (!text.trim()) return;
		const done = await (row ? this.grid.change([], [row]) : this.grid.paste(text));
		if (done) this.field.value = "";
		this.field.setAttribute("aria-invalid", !done);
		this.focus();
	}
}

Object.assign(EvalGrid.prototype, {
	/** Rows of a spreadsheet as it copied them; true once they are in. */
	paste(text) {
		return new Promise((resolve) => {
			this.pasted = { text, resolve };
			this.readPasted({}, "");
		});
	},

	async readPasted(answers, shown) {
		const { text, resolve } = this.pasted;
		const said = await this.post({ paste: { text, answers, shown } });
		if (said?.html) {
			this.askHow(said, answers);
		} else if (said) {
			resolve(true);
			this.dialog?.close();
			this.remember(this.undoOf(said.undo), { paste: { text, answers, shown } }, said.undo);
		} else if (this.dialog) {
			this.dialog.querySelector(".gr-alert").textContent = this.alert.textContent;
		} else resolve(false);
	},

	/** How the rows are read, with its menus: each posts the same rows again. */
	askHow(said, answers) {
		const at = this.dialog?.contains(document.activeElement) && document.activeElement.name;
		if (!this.dialog) {
			this.dialog = gridElement("dialog", "et-dialog gr-dialog");
			this.dialog.setAttribute("aria-label", "How the pasted rows are read");
			this.dialog.addEventListener("close", () => {
				this.dialog.remove();
				this.dialog = null;
				this.pasted.resolve(false);
			});
			this.box.append(this.dialog);
		}
		const form = gridElement("form", "et-dialog__body");
		form.addEventListener("change", ({ target: { name, value } }) => {
			const { [name]: before, ...others } = answers;
			this.readPasted(value ? { ...others, [name]: value } : others, "");
		});
		form.addEventListener("submit", (event) => {
			event.preventDefault();
			this.readPasted(answers, said.shown);
		});
		const yes = gridElement("button", "et-button et-button--primary", said.yes);
		yes.disabled = !said.can_apply;
		const foot = gridElement("p", "et-actions");
		foot.append(yes, gridButton("Leave it", () => this.dialog.close(), "et-button"), gridElement("span", "", said.counts));
		const alert = gridElement("p", "gr-alert");
		alert.setAttribute("role", "alert");
		form.append(foot, alert, ...new DOMParser().parseFromString(said.html, "text/html").body.childNodes);
		this.dialog.replaceChildren(form);
		if (!this.dialog.open) this.dialog.showModal();
		([...form.elements].find((it) => it.name && it.name === at) ?? (yes.disabled ? form.querySelector("select") : yes))?.focus();
	},
});
