/*
 * Above the rows what may be done to the ticked ones; below them new ones, typed or pasted:
 * what is not certain about these is asked in a dialog.
 */
"use strict";

class GridBar {
	constructor(grid) {
		this.grid = grid;
		this.bar = Object.assign(gridElement("div", "gr-bar"), { role: "group", ariaLabel: "Selected rows", hidden: true });
		this.count = gridElement("strong");
		this.panel = Object.assign(gridElement("form", "gr-panel"), { hidden: true });
		this.panel.addEventListener("submit", (event) => {
			event.preventDefault();
			this.done(this.boxes.map((box) => box.value));
		});
		const buttons = [
			...grid.columns.filter((it) => it.many).map((column) => gridButton(column.label, () =>
				this.ask([{ ...column, required: true }], `Set ${column.label.toLowerCase()}`, ([value]) => this.set(column, value)))),
			...grid.acts.map((act) => gridButton(act.label, () =>
				this.ask(act.fields, act.press, (values) => this.act(act, values), act.note))),
		];
		this.isUsed = buttons.length > 0;
		const clear = gridButton("Clear", () => grid.untick(), "et-button et-button--small gr-clear");
		this.bar.append(this.count, ...buttons, clear, this.panel);
	}

	show(number) {
		this.bar.hidden = !number;
		this.count.textContent = `${number} selected`;
		this.panel.hidden ||= !number;
		const isAll = number === this.grid.count;
		if (this.all) Object.assign(this.all, { checked: number > 0 && isAll, indeterminate: number > 0 && !isAll });
	}

	/** Asks for the values first; what asks nothing and notes nothing is done at once. */
	ask(fields, label, apply, note = "") {
		this.done = apply;
		if (!fields.length && !note) return void apply([]);
		this.boxes = [];
		const labels = fields.map((field) => {
			const box = gridEditor(field, { id: "bar", name: "selected rows", cells: { [field.name]: field.value ?? "" }, labels: {} });
			box.required = field.required;
			this.boxes.push(box);
			const shown = gridElement("label", "", field.label);
			shown.append(box);
			return shown;
		});
		const button = gridElement("button", "et-button et-button--primary et-button--small", label);
		this.panel.replaceChildren(...(note ? [gridElement("p", "gr-note", note)] : []), ...labels, button);
		this.panel.hidden = false;
		(this.boxes.find((box) => !box.value) ?? button).focus();
	}

	async set(column, value) {
		if (await this.grid.change(this.grid.ticked().map((row) => [row, column, value]))) this.grid.untick();
	}

	/** Those that it does not fit stay ticked; after an act on all, so do all, for the next. */
	async act(act, values) {
		const named = Object.fromEntries(act.fields.map((field, at) => [field.name, values[at]]));
		const rows = this.grid.ticked().map((row) => row.id);
		const said = await this.grid.post({ act: { name: act.name, rows, values: named } });
		if (!said) return;
		this.panel.hidden = true;
		if (said.left.length) {
			this.grid.untick();
			this.grid.tickRows(said.left.map((it) => this.grid.find(it.id)), true);
			this.grid.say(said.sentence, true);
		}
		this.grid.keepTicks();
	}
}

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
			this.box.onsubmit = (event) => {
				event.preventDefault();
				this.add(asRow());
			};
		} else {
			const said = "Type here, or paste rows of a spreadsheet, with their heads if you like";
			this.field = this.box = gridElement("textarea", "gr-line");
			Object.assign(this.box, { rows: 1, placeholder: said, ariaLabel: `Add a ${grid.noun}. ${said}; Enter adds it.` });
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

	isBlock(text) { return /[\t\n]/.test(text.trim()); }
	focus() { this.field.focus(); }

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
			this.dialog = Object.assign(gridElement("dialog", "et-dialog gr-dialog"), { ariaLabel: "How the pasted rows are read" });
			this.dialog.addEventListener("close", () => {
				this.dialog = this.dialog.remove();
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
		const alert = Object.assign(gridElement("p", "gr-alert"), { role: "alert" });
		form.append(foot, alert, ...new DOMParser().parseFromString(said.html, "text/html").body.childNodes);
		this.dialog.replaceChildren(form);
		if (!this.dialog.open) this.dialog.showModal();
		([...form.elements].find((it) => it.name && it.name === at) ?? (yes.disabled ? form.querySelector("select") : yes))?.focus();
	},
});
