/*
 * Prices: items down, candidates across. What is typed or pasted goes to the server as a
 * block; what it asks back is answered in the cell, or in a panel over the grid.
 */
"use strict";

class PriceGrid extends EvalGrid {
	constructor(box, said) {
		super(box, said);
		this.asking = gridElement("form", "gr-panel gr-asks");
		this.asking.hidden = true;
		this.asking.addEventListener("submit", (event) => {
			event.preventDefault();
			this.answer(Object.fromEntries([...this.asking.querySelectorAll("[name]")].map((it) => [it.name, it.value])));
		});
		this.menu = gridElement("div", "gr-menu");
		this.menu.popover = "auto";
		this.alert.after(this.asking, this.menu);
		box.querySelector(".gr-help").textContent = "Type or paste: 1200 · 1100 (1000–1250) · 1200 / year · included"
			+ " · not offered · not stated · n/a. Shift+F10 opens a cell's menu, Ctrl+Z undoes.";
		this.place.addEventListener("contextmenu", (event) => this.open(event));
		this.place.addEventListener("keydown", (event) => {
			if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) {
				this.open(event);
			}
		});
	}

	definitions() {
		return super.definitions().map((column, at) => ({
			...column,
			frozen: this.isWide && at === 0,
			// The rows are groups and their parts.
			headerSort: false,
			hozAlign: at === 2 || at > 3 ? "right" : undefined,
			headerHozAlign: at === 2 || at > 3 ? "right" : undefined,
			minWidth: at > 3 ? 176 : at ? 58 + column.widthGrow * 4 : 176,
			// A phone has room for the item and its prices.
			visible: !at || at > 3 || (this.isWide && this.rows.some((row) => row.cells[this.columns[at].name])),
			titleFormatter: (cell) => {
				const head = gridElement("span", "", cell.getValue());
				head.append(gridElement("small", "gr-aside", this.columns[at].aside ?? ""));
				return head;
			},
		}));
	}

	content(cell, column) {
		const content = super.content(cell, column);
		const { id, style, tones, menus } = cell.getData();
		const element = cell.getElement();
		content.title = cell.getData().asides[column.name] ?? "";
		cell.getRow().getElement().classList.add(`gr-${style}`);
		element.classList.remove("gr-t-in", "gr-t-na", "gr-t-unsaid", "gr-t-over");
		if (tones[column.name]) {
			element.classList.add(`gr-t-${tones[column.name]}`);
		}
		if (menus[column.name]) {
			const more = gridElement("button", "gr-more", "⋯");
			more.type = "button";
			more.tabIndex = -1;
			more.setAttribute("aria-label", `More about ${cell.getData().name}, ${column.label}`);
			more.addEventListener("click", (event) => this.open(event));
			content.append(more);
		}
		if (this.asked?.cell === `${id} ${column.name}`) {
			content.append(this.inPlace());
		}
		return content;
	}

	/** The menu of a cell: its form, discussion and files. */
	open(event) {
		const place = this.keys.placeOf(event.target);
		const row = place && this.dataAt(place.row);
		const links = row?.menus[this.shown[place.column]?.name];
		if (!links) {
			return;
		}
		event.preventDefault();
		this.menu.replaceChildren(...links.map(([label, address]) => {
			const link = gridElement("a", "", label);
			link.href = address;
			return link;
		}));
		this.menu.showPopover();
		const { left, bottom } = event.target.closest(".tabulator-cell").getBoundingClientRect();
		this.menu.style.left = `${Math.min(left, innerWidth - this.menu.offsetWidth - 8)}px`;
		this.menu.style.top = `${Math.min(bottom, innerHeight - this.menu.offsetHeight - 8)}px`;
		this.menu.firstChild.focus();
	}

	/** What is typed into cells: the keys hand them in one by one. */
	change(changes) {
		const [[row, column, to]] = changes;
		return this.put({ block: [[to]] }, [row.id, column.name], `${row.id} ${column.name}`);
	}

	/** A text from the first cell of a range on; where none begins, by its names alone. */
	into(text, { top, bottom, left, right }) {
		const rows = this.order.map((row) => row.getData());
		const first = rows.findIndex((row, place) => place >= top && !row.fixed);
		const column = this.shown[left];
		const at = column.kind === "price" && first >= 0 ? [rows[first].id, column.name] : null;
		if (/[\t\n]/.test(text.trim()) || !at) {
			return this.put({ text }, at);
		}
		const height = rows.slice(top, bottom + 1).filter((row) => !row.fixed).length;
		const block = Array.from({ length: height }, () => Array(right - left + 1).fill(text));
		return this.put({ block }, at, height === 1 && left === right ? at.join(" ") : "");
	}

	async put(what, at, cell = "", answers = {}) {
		this.asked = { what, at, cell, answers };
		const body = { ...what, at, answers };
		const said = await this.post(body);
		if (said) {
			this.remember(this.undoOf(said.undo), body, said.undo);
		}
		return Boolean(said);
	}

	answer(answers) {
		const { what, at, cell, answers: before } = this.asked;
		return this.put(what, at, cell, { ...before, ...answers });
	}

	undoOf(token) {
		return { undo: token };
	}

	async take(said, body) {
		if (body.view) {
			return;
		}
		const { cell } = this.asked ?? {};
		this.forget();
		Fresh.soon();
		for (const row of said.rows) {
			await this.table.updateData([row]);
			this.redraw(row.id);
		}
		if (said.rows.length !== this.rows.length) {
			await this.table.replaceData(said.rows);
		}
		this.rows = said.rows;
		if (cell && !this.keys.editing && this.keys.at) {
			await this.keys.focus(this.keys.at);
		}
		const time = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
		this.say(`${said.sentence} ${time}`);
	}

	forget() {
		const { cell } = this.asked ?? {};
		this.asked = null;
		this.asking.hidden = true;
		this.refused.clear();
		if (cell) {
			this.redraw(cell.slice(0, cell.lastIndexOf(" ")));
		}
	}

	async refuse(said) {
		this.refused.clear();
		const { cell } = this.asked ?? {};
		if (this.asked) {
			this.asked.questions = said.questions ?? [];
		}
		if (cell) {
			if (!said.questions) {
				this.refused.set(cell, { sentence: said.sentence });
			}
			this.redraw(cell.slice(0, cell.lastIndexOf(" ")));
			this.say(said.questions ? "" : said.sentence, true);
			this.place.querySelector(".gr-ask button, .gr-ask input")?.focus();
			return;
		}
		this.say(said.sentence, true);
		this.asking.replaceChildren();
		if (said.others) {
			const rest = gridElement("button", "et-button et-button--small", `Save the other ${said.others}`);
			rest.name = "wrong";
			rest.value = "leave";
			this.asking.append(rest);
		}
		const sentences = [...new Set(this.asked.questions.map((it) => it.sentence))];
		for (const sentence of sentences) {
			const asks = this.asked.questions.filter((it) => it.sentence === sentence);
			const part = gridElement("fieldset");
			part.append(gridElement("legend", "", sentence), ...asks.map((ask) => {
				const label = gridElement("label", "", asks.length > 1 ? ask.word : "");
				label.append(this.field(ask));
				return label;
			}));
			this.asking.append(part);
		}
		if (sentences.length) {
			this.asking.append(gridElement("button", "et-button et-button--primary et-button--small", "Save"));
		}
		const leave = gridElement("button", "et-button et-button--small", "Leave it");
		leave.type = "button";
		leave.addEventListener("click", () => {
			this.forget();
			this.say("Nothing was saved.");
		});
		this.asking.append(leave);
		this.asking.hidden = !sentences.length && !said.others;
		this.asking.querySelector("select, input, button")?.focus();
	}

	field(ask) {
		const field = gridElement(ask.options.length ? "select" : "input", "gr-editor");
		if (ask.options.length) {
			field.append(new Option("Choose", ""), ...ask.options.map(([value, label]) => new Option(label, value)));
		}
		field.name = ask.key;
		field.required = true;
		field.setAttribute("aria-label", ask.word ? `${ask.word}: ${ask.sentence}` : ask.sentence);
		return field;
	}

	/** The question of one cell, with a button for each answer. */
	inPlace() {
		const [ask] = this.asked.questions ?? [];
		const part = gridElement("span", "gr-ask", ask?.sentence ?? "");
		part.setAttribute("role", "group");
		for (const [value, label] of ask?.options ?? []) {
			const button = gridElement("button", "et-button et-button--small", label);
			button.type = "button";
			button.addEventListener("click", () => this.answer({ [ask.key]: value }));
			part.append(button);
		}
		if (ask && !ask.options.length) {
			const field = this.field(ask);
			field.addEventListener("keydown", (event) => {
				event.stopPropagation();
				if (event.key === "Enter" && field.value.trim()) {
					event.preventDefault();
					this.answer({ [ask.key]: field.value });
				}
			});
			part.append(field);
		}
		part.addEventListener("keydown", (event) => {
			if (event.key === "Escape") {
				this.forget();
				this.keys.focus(this.keys.at);
			}
			event.stopPropagation();
		});
		return part;
	}
}
