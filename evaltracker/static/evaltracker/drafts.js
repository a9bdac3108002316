/*
 * Nothing typed is lost: forms with `data-draft` are kept in this tab until they are saved.
 *
 * A draft belongs to a person, a form (`data-draft` is its name) and the version that it was
 * typed on (hidden fields, and what the fields held before). It lives in the tab's
 * storage, encrypted with the form's `data-draft-key` (draft_store.js): it survives a reload
 * and a new login, and ends with the tab, with the log-out in any tab, and as soon as
 * somebody else is logged in. Passwords and files are never kept; a form with `data-draft-sealed` is
 * forgotten at the login page, too. With the log-out the tab keeps nothing at all, and at
 * the login page only drafts. Where the browser cannot encrypt nothing is kept, and leaving
 * warns.
 */
"use strict";

(() => {
	const store = new DraftStore();
	const tabs = new BroadcastChannel("drafts");
	// By form: its draft being looked at, what is being kept, what was there before.
	const looked = new WeakMap();
	const keeping = new WeakMap();
	const brought = new WeakMap();
	const typedIn = new WeakSet();
	let person = "";
	let leaving = null;
	let loggingOut = false;

	const draftForms = (root) => Array.from(root.querySelectorAll("form[data-draft]"));
	const nameOf = (form) => DraftStore.nameOf(person, form);

	function isLogOut(form) {
		const address = form.getAttribute("action") || location.href;
		return new URL(address, location.href).pathname.endsWith("/logout/");
	}

	/** Resolves once what is typed in the form is kept. */
	async function keep(form) {
		await looked.get(form);
		if (!person || !form.isConnected) {
			return;
		}
		const typed = new TypedForm(form);
		const fields = typed.changes();
		const now = typed.values();
		for (const [name, { was }] of Object.entries(brought.get(form) ?? {})) {
			fields[name] = { was, now: now[name] };
		}
		if (!Object.keys(fields).length) {
			store.remove(nameOf(form));
			return;
		}
		const draft = { at: Date.now(), versions: typed.versions, fields };
		await store.write(nameOf(form), form.dataset.draftKey, draft);
	}

	/** Keeps what was just typed; until then the form is not sent. */
	function keepTyped(form) {
		typedIn.add(form);
		const kept = keep(form).finally(() => keeping.get(form) === kept && keeping.delete(form));
		keeping.set(form, kept);
		watch();
	}

	function warn(event) {
		const dirty = (form) => form !== leaving && new TypedForm(form).isDirty;
		if (draftForms(document).some(dirty)) {
			event.preventDefault();
		}
	}

	function watch() {
		removeEventListener("beforeunload", warn);
		if (draftForms(document).some((form) => new TypedForm(form).isDirty)) {
			addEventListener("beforeunload", warn);
		}
	}

	function timeOf(at) {
		const moment = new Date(at);
		const date = { day: "numeric", month: "short" };
		const time = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
		const today = moment.toDateString() === new Date().toDateString();
		return moment.toLocaleString("en-GB", today ? time : { ...date, ...time });
	}

	/** A line at the head of the form, with what can be done about it. */
	function say(form, sentence, buttons = []) {
		form.querySelector(":scope > .et-draft")?.remove();
		const line = document.createElement("p");
		line.className = "et-draft";
		line.setAttribute("role", "status");
		line.append(sentence);
		for (const [label, act] of buttons) {
			const button = document.createElement("button");
			button.type = "button";
			button.textContent = label;
			button.addEventListener("click", () => {
				line.remove();
				act();
			});
			line.append(" · ", button);
		}
		form.prepend(line);
	}

	function discard(form) {
		store.remove(nameOf(form));
		form.reset();
		watch();
		new TypedForm(form).controls[0]?.focus();
	}

	/** Offers the draft, or fills it in if it was typed on what stands, and nothing since. */
	function offer(form, draft) {
		const typed = new TypedForm(form);
		const before = typed.values(true);
		const open = Object.entries(draft.fields).filter(
			([name, { now }]) => before[name] && !TypedForm.same(before[name], now),
		);
		if (!open.length) {
			store.remove(nameOf(form));
			return;
		}
		const fill = () => typed.fill(Object.fromEntries(open.map(([name, { now }]) => [name, now])));
		for (let box = form.closest("details"); box; box = box.parentElement.closest("details")) {
			box.open = true;
		}
		const stands =
			TypedForm.same(draft.versions, typed.versions) &&
			open.every(([name, { was }]) => TypedForm.same(before[name], was));
		const buttons = [["Discard", () => discard(form)]];
		if (stands && !typedIn.has(form)) {
			fill();
			watch();
			say(form, `Draft from ${timeOf(draft.at)} restored`, buttons);
		} else {
			const sentence = stands
				? `There is a draft from ${timeOf(draft.at)}`
				: `This has changed since you typed your draft at ${timeOf(draft.at)}`;
			const refill = () => {
				fill();
				keepTyped(form);
			};
			say(form, sentence, [["Restore draft", refill], ...buttons]);
		}
	}

	async function look(form) {
		const draft = person && (await store.read(nameOf(form), form.dataset.draftKey));
		if (!person || !draft || !form.isConnected) {
			return;
		}
		if ("unsaved" in form.dataset) {
			// It came back with what was sent; what stood before is in the draft.
			brought.set(form, draft.fields);
		} else {
			offer(form, draft);
		}
	}

	const lookAt = (form) => looked.set(form, look(form));

	/** The server says which forms were saved. */
	function forgetDone() {
		for (const { dataset } of document.querySelectorAll("[data-done]")) {
			store.removeForms(dataset.done.split(" "));
		}
	}

	function forgetAll() {
		person = "";
		store.removeAll();
	}

	addEventListener("DOMContentLoaded", () => {
		person = document.querySelector("[data-person]")?.dataset.person ?? "";
		if (person) {
			store.removeOthers(person);
		} else if (document.body.matches(".login")) {
			store.removeSealed();
		}
		forgetDone();
		draftForms(document).forEach(lookAt);
		draftForms(document).filter((form) => typedIn.has(form)).forEach(keepTyped);
		watch();
	});

	document.addEventListener("input", (event) => {
		const form = event.target.form;
		if (form?.matches("form[data-draft]")) {
			leaving = null;
			loggingOut = false;
			keepTyped(form);
		}
	});

	addEventListener("pagehide", () => {
		if (loggingOut) {
			forgetAll();
			tabs.postMessage("logged out");
		}
	});
	addEventListener("pageshow", () => {
		leaving = null;
	});
	tabs.addEventListener("message", forgetAll);

	/*
	 * A form leaves once its draft is kept. Without a connection it waits here, instead of
	 * leaving for an error page.
	 */
	function send(event) {
		const form = event.target;
		loggingOut = isLogOut(form);
		const staysHere = "inPlace" in form.dataset && !event.submitter?.matches("[data-onwards]");
		if (!form.matches("form[data-draft]") || staysHere) {
			return;
		}
		const { submitter } = event;
		const kept = keeping.get(form);
		if (navigator.onLine && !kept) {
			leaving = form;
			return;
		}
		event.preventDefault();
		event.stopPropagation();
		const again = () => form.requestSubmit(submitter);
		if (navigator.onLine) {
			kept.finally(again);
		} else {
			say(form, Fresh.AWAY);
			addEventListener("online", again, { once: true });
		}
	}
	document.addEventListener("submit", send, true);

	/* A page that saves in place says what was saved, and what it shows anew. */
	document.addEventListener("saved", (event) => {
		const form = event.target;
		new TypedForm(form).settle(event.detail.sent);
		form.querySelector(":scope > .et-draft")?.remove();
		keep(form);
		watch();
	});
	document.addEventListener("shown", (event) => {
		if (event.target instanceof Element) {
			draftForms(event.target).forEach(lookAt);
			watch();
		}
	});
})();
