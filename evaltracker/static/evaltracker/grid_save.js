/*
 * Saving a grid: one request at a time, a refusal at its cell, and what undoes it.
 */
"use strict";

Object.assign(EvalGrid.prototype, {
	/** Says what happened, at once if it is a refusal. */
	say(sentence, isRefusal = false) {
		this.alert.textContent = isRefusal ? sentence : "";
		this.status.textContent = isRefusal ? "" : sentence;
		this.undoButton.hidden = !this.undos.length;
	},

	/** Saves cells as rows, columns and new values; true if all were. */
	async change(changes, added = []) {
		const cells = changes.map(([row, column, to]) => ({
			row: row.id, column: column.name, from: row.cells[column.name], to,
		}));
		const body = {};
		if (cells.length) {
			body.cells = cells;
		}
		if (added.length) {
			body.add = this.carry(added);
		}
		if (!cells.length && !added.length) {
			return true;
		}
		const done = await this.post(body);
		// What has to have a value is not made blank again.
		const required = new Set(this.columns.filter((it) => it.required).map((it) => it.name));
		if (done && cells.length && !cells.some((it) => it.from === "" && required.has(it.column))) {
			this.undos.push({
				cells: cells.map((cell) => ({
					...cell, from: this.find(cell.row)?.getData().cells[cell.column], to: cell.from,
				})),
			});
		}
		this.undoButton.hidden = !this.undos.length;
		return Boolean(done);
	},

	add(rows) {
		return this.post({ add: this.carry(rows) });
	},

	/** New rows take some columns from the last row, such as its category. */
	carry(rows) {
		const last = this.count ? this.dataAt(this.count - 1).cells : {};
		const shared = {};
		for (const name of this.carried) {
			const column = this.columns.find((it) => it.name === name);
			shared[name] = last[name] ?? column.choices.find(([key]) => key)?.[0] ?? "";
		}
		return rows.map((row) => ({ ...shared, ...row }));
	},

	async undo() {
		const body = this.undos.pop();
		if (!body) {
			this.say("There is nothing to undo.");
			return;
		}
		if (await this.post({ ...body, undo: true })) {
			this.say("Undone.");
		} else {
			this.undoButton.hidden = !this.undos.length;
		}
	},

	/** Puts a row one place up or down. */
	moveRow(place, step) {
		const to = place + step;
		if (!this.moves || to < 0 || to >= this.count) {
			return;
		}
		const ids = this.order.map((row) => row.getIndex());
		const [id] = ids.splice(place, 1);
		ids.splice(to, 0, id);
		this.sendOrder(id, ids).then(() => this.keys.focus({ ...this.keys.at, row: this.positionOf(id) }));
	},

	moved(row) {
		this.sendOrder(row.getIndex(), this.order.map((it) => it.getIndex()));
	},

	async sendOrder(id, ids) {
		const before = this.rows.map((row) => row.id);
		const between = (list) => {
			const at = list.indexOf(id);
			return { rows: [id], above: list[at - 1] ?? null, below: list[at + 1] ?? null };
		};
		if (await this.post({ move: between(ids) })) {
			this.undos.push({ move: between(before) });
			this.undoButton.hidden = false;
		} else {
			await this.table.replaceData(this.rows);
		}
	},

	/** Sends one request after the other; the answer, or null if it was refused. */
	post(body) {
		this.waiting++;
		const sent = this.turn.then(() => this.send(body)).finally(() => {
			this.waiting--;
		});
		this.turn = sent.catch(() => null);
		return sent;
	},

	async send(body) {
		this.box.setAttribute("aria-busy", "true");
		const answer = await fetch(this.box.dataset.grid, {
			method: "POST",
			headers: { "Content-Type": "application/json", "X-CSRFToken": this.box.dataset.token },
			body: JSON.stringify(body),
		}).catch(() => null);
		this.box.removeAttribute("aria-busy");
		if (!answer) {
			this.say("Not saved: there is no connection. Try again.", true);
			return null;
		}
		if (!answer.headers.get("Content-Type")?.includes("json")) {
			this.say("Not saved. Load the page again; you may have been logged out.", true);
			return null;
		}
		const said = await answer.json();
		if (!answer.ok) {
			await this.refuse(said);
			return null;
		}
		await this.take(said, body);
		return said;
	},

	/** Shows what was saved; all rows come back where their order may have changed. */
	async take(said, body) {
		for (const cell of body.cells ?? []) {
			this.refused.delete(`${cell.row} ${cell.column}`);
		}
		this.noted.textContent = said.note;
		Fresh.soon();
		if (body.add || body.move || body.act) {
			this.rows = said.rows;
			this.empty?.remove();
			await this.table.replaceData(said.rows);
			this.place.setAttribute("aria-rowcount", this.count + 1);
		} else {
			for (const row of said.rows) {
				await this.table.updateData([row]);
				this.redraw(row.id);
			}
			this.rows = this.order.map((row) => row.getData());
		}
		const time = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
		this.say(`${said.sentence} ${time}`);
	},

	/** Puts each refusal at its cell. */
	async refuse(said) {
		for (const { row, column, sentence, stored } of said.refused ?? []) {
			const found = this.find(row);
			if (!found) {
				continue;
			}
			this.refused.set(`${row} ${column || this.columns[0].name}`, sentence);
			if (stored !== undefined) {
				const { cells } = found.getData();
				await found.update({ cells: { ...cells, [column]: stored } });
			}
			this.redraw(row);
		}
		const more = said.address ? " Open the row's form to do so." : "";
		this.say(`${said.sentence}${more}`, true);
	},
});

const startGrids = (part) => part.querySelectorAll("[data-grid]").forEach((box) => EvalGrid.start(box));
startGrids(document);
document.addEventListener("shown", (event) => startGrids(event.target));
