/*
 * Nothing typed is lost: forms with `data-draft` are kept in this tab until they are saved.
 *
 * A draft belongs to a person, a form (its address and the value of `data-draft`) and the
 * version that it was typed on (hidden fields, and what the fields held before). It lives
 * in sessionStorage: it survives a reload and a new login, and ends with the tab, with the
 * log-out in any tab, and as soon as somebody else is logged in. Passwords and files are
 * never kept; a form with `data-draft-sealed` is forgotten at the login page, too. With the
 * log-out the tab keeps nothing at all, and at the login page only drafts.
 */
"use strict";

(() => {
	const PREFIX = "draft ";
	const DELAY = 250;
	const tabs = new BroadcastChannel("drafts");
	const waiting = new Map();
	let person = "";
	let leaving = null;
	let loggingOut = false;

	const draftForms = (root) => Array.from(root.querySelectorAll("form[data-draft]"));

	function addressOf(form) {
		return new URL(form.getAttribute("action") || location.href, location.href).pathname;
	}

	const keyOf = (form) => `${PREFIX}${person} ${addressOf(form)} ${form.dataset.draft}`;

	function read(key) {
		try {
			return JSON.parse(sessionStorage.getItem(key));
		} catch {
			return null;
		}
	}

	function forget(matches) {
		for (const key of Object.keys(sessionStorage)) {
			if (key.startsWith(PREFIX) && matches(key)) {
				sessionStorage.removeItem(key);
			}
		}
	}

	function keep(form) {
		clearTimeout(waiting.get(form));
		waiting.delete(form);
		if (!person || !form.isConnected) {
			return;
		}
		const key = keyOf(form);
		const typed = new TypedForm(form);
		const fields = typed.changes();
		if ("unsaved" in form.dataset) {
			// It came back with what was sent; what stood before is in the draft.
			const now = typed.values();
			for (const [name, { was }] of Object.entries(read(key)?.fields ?? {})) {
				fields[name] = { was, now: now[name] };
			}
		}
		if (!Object.keys(fields).length) {
			sessionStorage.removeItem(key);
			return;
		}
		const sealed = "draftSealed" in form.dataset;
		const draft = { at: Date.now(), sealed, versions: typed.versions, fields };
		try {
			sessionStorage.setItem(key, JSON.stringify(draft));
		} catch {
			// The tab's storage is full: leaving warns all the same.
		}
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
		sessionStorage.removeItem(keyOf(form));
		form.reset();
		watch();
		new TypedForm(form).controls[0]?.focus();
	}

	function restore(form) {
		const draft = read(keyOf(form));
		if (!draft || "unsaved" in form.dataset) {
			return;
		}
		const typed = new TypedForm(form);
		const before = typed.values(true);
		const open = Object.entries(draft.fields).filter(
			([name, { now }]) => before[name] && !TypedForm.same(before[name], now),
		);
		if (!open.length) {
			sessionStorage.removeItem(keyOf(form));
			return;
		}
		const fill = () => {
			typed.fill(Object.fromEntries(open.map(([name, { now }]) => [name, now])));
			watch();
		};
		for (let box = form.closest("details"); box; box = box.parentElement.closest("details")) {
			box.open = true;
		}
		const stands =
			TypedForm.same(draft.versions, typed.versions) &&
			open.every(([name, { was }]) => TypedForm.same(before[name], was));
		const buttons = [["Discard", () => discard(form)]];
		if (stands) {
			fill();
			say(form, `Draft from ${timeOf(draft.at)} restored`, buttons);
		} else {
			const sentence = `This has changed since you typed your draft at ${timeOf(draft.at)}`;
			say(form, sentence, [["Restore draft", fill], ...buttons]);
		}
	}

	/** The server says at which address something was saved. */
	function forgetDone() {
		for (const messages of document.querySelectorAll("[data-done]")) {
			for (const address of messages.dataset.done.split(" ").filter(Boolean)) {
				forget((key) => key.startsWith(`${PREFIX}${person} ${address} `));
			}
		}
	}

	addEventListener("DOMContentLoaded", () => {
		person = document.querySelector("[data-person]")?.dataset.person ?? "";
		if (person) {
			forget((key) => !key.startsWith(`${PREFIX}${person} `));
		} else if (document.body.matches(".login")) {
			forget((key) => read(key)?.sealed);
			// Nothing else is worth keeping for whoever logs in next.
			for (const key of Object.keys(sessionStorage).filter((key) => !key.startsWith(PREFIX))) {
				sessionStorage.removeItem(key);
			}
		}
		forgetDone();
		draftForms(document).forEach(restore);
		watch();
	});

	document.addEventListener("input", (event) => {
		const form = event.target.form;
		if (form?.matches("form[data-draft]")) {
			leaving = null;
			loggingOut = false;
			clearTimeout(waiting.get(form));
			waiting.set(form, setTimeout(keep, DELAY, form));
			watch();
		}
	});

	const keepAll = () => Array.from(waiting.keys()).forEach(keep);
	document.addEventListener("visibilitychange", keepAll);
	addEventListener("pagehide", () => {
		keepAll();
		if (loggingOut) {
			sessionStorage.clear();
			tabs.postMessage("logged out");
		}
	});
	addEventListener("pageshow", () => {
		leaving = null;
	});
	tabs.addEventListener("message", () => {
		person = "";
		sessionStorage.clear();
	});

	/* Without a connection a form waits here, instead of leaving for an error page. */
	function send(event) {
		const form = event.target;
		loggingOut = addressOf(form).endsWith("/logout/");
		const staysHere = "inPlace" in form.dataset && !event.submitter?.matches("[data-onwards]");
		if (!form.matches("form[data-draft]") || staysHere) {
			return;
		}
		keep(form);
		if (navigator.onLine) {
			leaving = form;
			return;
		}
		event.preventDefault();
		event.stopPropagation();
		const { submitter } = event;
		say(form, Fresh.AWAY);
		addEventListener("online", () => form.requestSubmit(submitter), { once: true });
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
			draftForms(event.target).forEach(restore);
			watch();
		}
	});
})();
