/*
 * What may be done to the ticked rows: one value for all of them, or an act.
 */
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
			this.apply();
		});
		this.bar.append(this.count);
		for (const column of grid.columns.filter((it) => it.many)) {
			this.button(column.label, () => this.ask([{ ...column, required: true }],
				`Set ${column.label.toLowerCase()}`, ([value]) => this.set(column, value)));
		}
		for (const act of grid.acts) {
			this.button(act.label, () => this.ask(act.fields, act.label, (values) => this.act(act, values), act.note));
		}
		const clear = this.button("Clear", () => grid.untick());
		clear.classList.add("gr-clear");
		this.bar.append(this.panel);
	}

	button(label, work) {
		const made = gridElement("button", "et-button et-button--small", label);
		made.type = "button";
		made.addEventListener("click", work);
		this.bar.append(made);
		return made;
	}

	show(number) {
		this.bar.hidden = !number;
		this.count.textContent = `${number} selected`;
		if (!number) {
			this.panel.hidden = true;
		}
	}

	/** Asks for the values first; what asks nothing and notes nothing is done at once. */
	ask(fields, label, apply, note = "") {
		this.done = apply;
		if (!fields.length && !note) {
			apply([]);
			return;
		}
		this.boxes = fields.map((field) => {
			const row = { id: "bar", name: "selected rows", cells: { [field.name]: "" }, labels: {} };
			const box = gridEditor(field, row);
			box.required = field.required;
			return box;
		});
		const labels = this.boxes.map((box, at) => {
			const shown = gridElement("label", "", fields[at].label);
			shown.append(box);
			return shown;
		});
		const button = gridElement("button", "et-button et-button--primary et-button--small", label);
		this.panel.replaceChildren(...(note ? [gridElement("p", "gr-note", note)] : []), ...labels, button);
		this.panel.hidden = false;
		(this.boxes[0] ?? button).focus();
		this.fields = fields;
	}

	apply() {
		this.done(this.boxes.map((box) => box.value));
	}

	async set(column, value) {
		const rows = this.grid.ticked().map((row) => [row, column, value]);
		if (await this.grid.change(rows)) {
			this.grid.untick();
		}
	}

	async act(act, values) {
		const named = Object.fromEntries(act.fields.map((field, at) => [field.name, values[at]]));
		const rows = this.grid.ticked().map((row) => row.id);
		// The rows stay ticked, for what is done to the same ones next.
		if (await this.grid.post({ act: { name: act.name, rows, values: named } })) {
			this.panel.hidden = true;
			this.grid.keepTicks();
		}
	}
}
