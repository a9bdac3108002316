/* Saving a grid: one request at a time, a refusal at its cell, and what undoes it. */
"use strict";

Object.assign(EvalGrid.prototype, {
	say(sentence, isRefusal = false) {
		this.alert.textContent = isRefusal ? sentence : "";
		this.status.textContent = isRefusal ? "" : sentence;
		this.undoButton.hidden = !this.undos.length;
	},

	/** Saves cells as rows, columns and new values, or adds rows; true if all were. */
	async change(changes, added = []) {
		const cells = changes.map(([row, column, to]) => ({ row: row.id, column: column.name, from: row.cells[column.name], to }));
		if (!cells.length && !added.length) return true;
		const said = await this.post(added.length ? { add: this.carry(added) } : { cells });
		if (said && cells.length) this.rememberCells(cells);
		return Boolean(said);
	},

	async into(text, { top, bottom, left, right }) {
		const most = Math.max(bottom - top + 1, text.split("\n").length);
		const data = this.order.slice(top, top + most).map((row) => row.getData());
		const [rows, seen] = [data.map((row) => row.id), data.map((row) => row.cells)];
		const columns = this.shown.slice(left).map((column) => column.name);
		const said = await this.post({ into: { text, rows, seen, columns, size: [bottom - top + 1, right - left + 1] } });
		if (!said) return;
		this.rememberCells(said.changed.map(([row, column]) => ({ row, column, from: seen[rows.indexOf(row)][column] })));
		if (said.refused.length) await this.refuse(said);
		if (said.more.length) await this.paste(gridText(said.more));
	},

	rememberCells(cells) {
		// What has to have a value is not made blank again.
		const required = new Set(this.columns.filter((it) => it.required).map((it) => it.name));
		if (!cells.length || cells.some((it) => it.from === "" && required.has(it.column))) return;
		const now = cells.map((it) => ({ ...it, to: this.find(it.row)?.getData().cells[it.column] }));
		this.remember({ cells: now.map((it) => ({ ...it, from: it.to, to: it.from })), undo: true }, { cells: now });
	},

	/** Keeps how something is undone, and how it is then done again. */
	remember(undo, redo, isThere = true) {
		if (isThere) [this.redos, this.undos] = [[], [...this.undos, { undo, redo }]];
		this.undoButton.hidden = !this.undos.length;
	},

	undoOf(token) { return { unpaste: token, undo: true }; },

	async undo(again = false) {
		const [from, to] = again ? [this.redos, this.undos] : [this.undos, this.redos];
		const step = from.pop();
		if (!step) return this.say(`There is nothing to ${again ? "do again" : "undo"}.`);
		const said = await this.post(again ? step.redo : step.undo);
		if (said) to.push(again && said.undo ? { ...step, undo: this.undoOf(said.undo) } : step);
		if (said) this.say(again ? "Done again." : "Undone.");
	},

	/** New rows take some columns from the last row, such as its category. */
	carry(rows) {
		const last = this.rows.at(-1)?.cells ?? {};
		const shared = Object.fromEntries(this.carried.map((name) => [name, last[name]
			?? this.columns.find((it) => it.name === name).choices.find(([key]) => key)?.[0] ?? ""]));
		return rows.map((row) => ({ ...shared, ...row }));
	},

	async moveRow(place, step) {
		const ids = this.order.map((row) => row.getIndex());
		const [id] = ids.splice(place, 1);
		ids.splice(place + step, 0, id);
		if (!this.moves || !this.order[place + step]) return;
		await this.sendOrder(id, ids);
		this.keys.focus({ ...this.keys.at, row: this.positionOf(id) });
	},

	async sendOrder(id, ids) {
		const isArranged = this.box.classList.contains("gr-arranged");
		const between = (list) => {
			const at = list.indexOf(id);
			return { rows: [id], above: list[at - 1] ?? null, below: list[at + 1] ?? null };
		};
		const [move, back] = [between(ids), between(this.rows.map((row) => row.id))];
		if (!isArranged && await this.post({ move })) return this.remember({ move: back, undo: true }, { move });
		if (isArranged) this.say("Rows that are sorted or filtered stay. Show all in their own order to move one.", true);
		await this.table.replaceData(this.rows);
	},

	/** Sends one request after the other; the answer, or null if it was refused. */
	post(body) {
		this.waiting++;
		const sent = this.turn.then(() => this.send(body)).finally(() => { this.waiting--; });
		this.turn = sent.catch(() => null);
		return sent;
	},

	async send(body) {
		this.box.setAttribute("aria-busy", "true");
		const { grid, token } = this.box.dataset;
		const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
		const answer = await fetch(grid, { method: "POST", headers, body: JSON.stringify(body) }).catch(() => null);
		this.box.removeAttribute("aria-busy");
		if (!answer?.headers.get("Content-Type")?.includes("json")) {
			this.say(answer ? "Not saved. Load the page again; you may have been logged out."
				: "Not saved: there is no connection. Try again.", true);
			return null;
		}
		const said = await answer.json();
		await (answer.ok ? this.take(said, body) : this.refuse(said));
		return answer.ok ? said : null;
	},

	/** Shows what was saved; all rows come back where their order may have changed. */
	async take(said, body) {
		if (body.view || said.html) return;
		for (const cell of body.cells ?? []) this.refused.delete(`${cell.row} ${cell.column}`);
		this.noted.textContent = said.note;
		Fresh.soon();
		if (said.columns) {
			said.columns.forEach((column, at) => Object.assign(this.columns[at], column));
			this.rows = said.rows;
			this.empty?.remove();
			await this.table.replaceData(said.rows);
		} else {
			await this.table.updateData(said.rows);
			said.rows.forEach((row) => this.redraw(row.id));
			const fresh = new Map(said.rows.map((row) => [row.id, row]));
			this.rows = this.rows.map((row) => fresh.get(row.id) ?? row);
		}
		const time = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
		this.say(`${said.sentence} ${time}`);
	},

	async refuse(said) {
		for (const { row, column, sentence, stored, typed } of (said.refused ?? []).filter((it) => this.find(it.row))) {
			const found = this.find(row);
			this.refused.set(`${row} ${column || this.columns[0].name}`, { sentence, typed });
			if (stored !== undefined) await found.update({ cells: { ...found.getData().cells, [column]: stored } });
			this.redraw(row);
		}
		this.say(`${said.sentence}${said.address ? " Open the row's form to do so." : ""}`, true);
	},
});

const startGrids = (part) => part.querySelectorAll("[data-grid]").forEach((box) => EvalGrid.start(box));
startGrids(document);
document.addEventListener("shown", (event) => startGrids(event.target));
