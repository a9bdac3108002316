/* What may be done to the ticked rows: one value for all of them, or an act. */
"use strict";

class GridBar {
	constructor(grid) {
		this.grid = grid;
		this.bar = gridElement("div", "gr-bar");
		this.bar.setAttribute("role", "group");
		this.bar.setAttribute("aria-label", "Selected rows");
		this.bar.hidden = true;
		this.count = gridElement("strong");
		this.panel = gridElement("form", "gr-panel");
		this.panel.hidden = true;
		this.panel.addEventListener("submit", (event) => {
			event.preventDefault();
			this.done(this.boxes.map((box) => box.value));
		});
		const buttons = [
			...grid.columns.filter((it) => it.many).map((column) => gridButton(column.label, () =>
				this.ask([{ ...column, required: true }], `Set ${column.label.toLowerCase()}`, ([value]) => this.set(column, value)))),
			...grid.acts.map((act) => gridButton(act.label, () =>
				this.ask(act.fields, act.label, (values) => this.act(act, values), act.note))),
		];
		this.isUsed = buttons.length > 0;
		const clear = gridButton("Clear", () => grid.untick(), "et-button et-button--small gr-clear");
		this.bar.append(this.count, ...buttons, clear, this.panel);
	}

	show(number) {
		this.bar.hidden = !number;
		this.count.textContent = `${number} selected`;
		this.panel.hidden ||= !number;
		if (!this.all) return;
		this.all.checked = number > 0 && number === this.grid.count;
		this.all.indeterminate = number > 0 && number < this.grid.count;
	}

	/** Asks for the values first; what asks nothing and notes nothing is done at once. */
	ask(fields, label, apply, note = "") {
		this.done = apply;
		if (!fields.length && !note) {
			apply([]);
			return;
		}
		this.boxes = [];
		const labels = fields.map((field) => {
			const box = gridEditor(field, { id: "bar", name: "selected rows", cells: { [field.name]: "" }, labels: {} });
			box.required = field.required;
			this.boxes.push(box);
			const shown = gridElement("label", "", field.label);
			shown.append(box);
			return shown;
		});
		const button = gridElement("button", "et-button et-button--primary et-button--small", label);
		this.panel.replaceChildren(...(note ? [gridElement("p", "gr-note", note)] : []), ...labels, button);
		this.panel.hidden = false;
		(this.boxes[0] ?? button).focus();
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
			this.grid.ticks = new Set(said.left.map((it) => it.id));
			this.grid.order.forEach((row) => this.grid.redraw(row.getIndex()));
			this.grid.say(said.sentence, true);
		}
		this.grid.keepTicks();
	}
}
