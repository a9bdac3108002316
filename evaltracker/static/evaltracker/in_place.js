/*
 * Saves forms with `data-in-place` without leaving the page.
 *
 * The form goes to the act that it names, as ever. What the answer changes is fetched from
 * the page that the act leads to: the part around the form (`data-part`, with an id) and
 * everything marked `data-fresh`, nothing else. A form with `data-in-place="rows"` saves
 * each row (`data-row`) once it is left. A button with `data-onwards` saves and leads on to
 * a page, as all of these forms do without this script.
 */
"use strict";

(() => {
	const AGAIN = 3000;
	const GATEWAY = [502, 503, 504];
	const isJson = (answer) => answer.headers.get("Content-Type")?.startsWith("application/json");
	const partOf = (form) => form.closest("[data-part]");

	const pageOf = (form) => form.querySelector("input[name=next]").value;

	/** Shows what the page says now of the part and of all counts; no other form is touched. */
	const show = (page, part) => Fresh.show(page, ...(part ? [part] : []));

	function clear(form) {
		for (const line of form.querySelectorAll(".et-refusal")) {
			line.remove();
		}
		for (const field of form.querySelectorAll("[aria-invalid]")) {
			field.removeAttribute("aria-invalid");
			field.removeAttribute("aria-describedby");
		}
	}

	/** A line at the row, or at the end of the form. */
	function note(form, row, sentence, role = "alert") {
		const line = Fresh.note(sentence, role);
		line.classList.add("et-refusal");
		(row ?? form).append(line);
		return line;
	}

	function fieldNamed(form, name) {
		const fields = Array.from(form.elements).filter((field) => field.name === name);
		return fields.find((field) => field.type !== "hidden" && field.type !== "submit");
	}

	function refuseField(field, sentences) {
		const line = document.createElement("span");
		line.className = "et-refusal et-errors";
		line.id = `refused-${field.id || field.name}-${Date.now()}`;
		line.textContent = sentences.join(" ");
		field.closest("details")?.setAttribute("open", "");
		field.setAttribute("aria-invalid", "true");
		field.setAttribute("aria-describedby", line.id);
		const box = field.closest(field.type === "checkbox" ? "fieldset" : "label");
		if (box) {
			box.append(line);
		} else {
			field.after(line);
		}
	}

	function refuse(form, row, { sentence, errors, difference, versions }) {
		let first = null;
		const general = [sentence];
		for (const [name, sentences] of Object.entries(errors ?? {})) {
			const field = fieldNamed(form, name);
			if (field) {
				refuseField(field, sentences);
				first ??= field;
			} else {
				general.push(...sentences);
			}
		}
		const line = note(form, row, [...general, difference].filter(Boolean).join(" "));
		for (const [name, value] of Object.entries(versions ?? {})) {
			form.querySelector(`input[type=hidden][name=${name}]`)?.setAttribute("value", value);
		}
		if (!first) {
			line.tabIndex = -1;
		}
		if (!row || row.contains(document.activeElement)) {
			(first ?? line).focus();
		}
	}

	/** The connection is tried again when it is back, or at the next press. */
	const presses = new EventTarget();
	const connection = () =>
		new Promise((resolve) => {
			presses.addEventListener("press", resolve, { once: true });
			if (navigator.onLine) {
				setTimeout(resolve, AGAIN);
			} else {
				addEventListener("online", resolve, { once: true });
			}
		});

	/** Waits until the page answers, and says what it shows of the part by then. */
	async function reconnect(form) {
		for (;;) {
			await connection();
			if (!form.isConnected) {
				return null;
			}
			try {
				return await Fresh.page(pageOf(form));
			} catch {
				// Still away.
			}
		}
	}

	function bodyOf(form, submitter, row) {
		const body = new FormData(form, submitter);
		if (row) {
			const names = new Set(Array.from(row.querySelectorAll("[name]"), (field) => field.name));
			for (const name of new Set(body.keys())) {
				if (!names.has(name) && fieldNamed(form, name)) {
					body.delete(name);
				}
			}
		}
		return body;
	}

	/** Sends until there is an answer. Null if what stood was changed meanwhile. */
	async function send(form, submitter, row) {
		let line = null;
		for (;;) {
			const body = bodyOf(form, submitter, row);
			try {
				const answer = await fetch(form.getAttribute("action"), {
					method: "POST",
					body,
					headers: { Accept: "application/json" },
					redirect: "manual",
				});
				if (isJson(answer) || !GATEWAY.includes(answer.status)) {
					line?.remove();
					return { answer, body };
				}
			} catch {
				// Told below, like a gateway that finds nobody behind it.
			}
			line ??= note(form, row, Fresh.AWAY, "status");
			const page = await reconnect(form);
			const part = partOf(form);
			const now = page && part && page.getElementById(part.id);
			if (!page || (now && now.dataset.state !== part.dataset.state)) {
				line.remove();
				if (page) {
					show(page, part);
					Fresh.announce("You are online again. This was answered meanwhile; the new answer is shown.");
				}
				return null;
			}
		}
	}

	async function save(form, submitter, row = null) {
		const place = row ?? form;
		if (place.ariaBusy === "true") {
			presses.dispatchEvent(new Event("press"));
			return;
		}
		clear(form);
		place.ariaBusy = "true";
		const sent = await send(form, submitter, row);
		place.ariaBusy = null;
		delete form.dataset.sent;
		if (!sent) {
			return;
		}
		const { answer, body } = sent;
		if (!isJson(answer)) {
			note(form, row, Fresh.LOGGED_OUT);
			return;
		}
		const said = await answer.json();
		if (!answer.ok) {
			refuse(form, row, said);
			return;
		}
		Fresh.announce(said.said, said.html);
		form.dispatchEvent(new CustomEvent("saved", { bubbles: true, detail: { sent: body } }));
		carry(form, body);
		try {
			show(await Fresh.page(said.page), partOf(form));
		} catch {
			Fresh.announce(`${said.said} Load the page again to see it.`);
		}
	}

	/** What was said last of `data-carry` fields is what other forms begin with. */
	function carry(form, sent) {
		for (const field of form.querySelectorAll("[data-carry]")) {
			for (const other of document.querySelectorAll(`[data-carry][name=${field.name}]`)) {
				if (other.form !== form && !other.value) {
					const carried = new FormData();
					carried.append(field.name, sent.get(field.name));
					other.value = sent.get(field.name);
					new TypedForm(other.form).settle(carried);
				}
			}
		}
	}

	const changedIn = (row) => {
		const changed = Object.keys(new TypedForm(row.querySelector("[name]").form).changes());
		return Array.from(row.querySelectorAll("[name]")).some((field) =>
			changed.includes(field.name),
		);
	};
	/** A reason alone is not a score: a row waits for its first field. */
	const isBegun = (row) => {
		const fields = Array.from(row.querySelectorAll("[name]"));
		const first = fields.filter((field) => field.name === fields[0].name);
		const values = first.flatMap((field) =>
			[false, true].flatMap((before) => TypedForm.valuesOf(field, before)),
		);
		return values.some(Boolean);
	};

	document.addEventListener("focusout", (event) => {
		const row = event.target.closest?.("form[data-in-place=rows] [data-row]");
		if (row && !row.contains(event.relatedTarget) && changedIn(row) && isBegun(row)) {
			save(row.closest("form"), null, row);
		}
	});

	document.addEventListener("submit", (event) => {
		const form = event.target;
		const leads = event.submitter?.matches("[data-onwards]");
		if (!form.matches("form[data-in-place]") || leads || event.defaultPrevented) {
			return;
		}
		event.preventDefault();
		if (form.dataset.inPlace !== "rows") {
			save(form, event.submitter);
			return;
		}
		delete form.dataset.sent;
		for (const row of form.querySelectorAll("[data-row]")) {
			if (changedIn(row) && isBegun(row)) {
				save(form, null, row);
			}
		}
	});
})();
