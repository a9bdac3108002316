/*
 * Opens an act over the page that it belongs to, and shows that page anew once it is done.
 *
 * The link leads to the act's own page, as ever: without this script, with a key held, or
 * where the act is a page in its own right, that is what opens. The form is the page's, and
 * is sent to the same address; the server says where to go on. What is typed is kept as a
 * draft, as on the page. The dialog is the browser's own: it keeps the focus inside, closes
 * on Escape and gives the focus back.
 */
"use strict";

(() => {
	const ACT = "/admin/act/";
	const HEADERS = { "X-Dialog": "yes" };
	const DETOUR = "X-Detour";
	const NOT_SAVED = "Not saved. Try again.";
	const POINTS_AT = ["for", "aria-describedby", "aria-labelledby", "aria-controls", "list", "form"];
	const dialog = document.createElement("dialog");
	dialog.className = "et-dialog";
	dialog.setAttribute("aria-labelledby", "dialog-title");
	let address = "";
	let opener = "";

	const content = () => document.getElementById("page-content");
	const here = () => location.pathname + location.search;
	const isSeenInPlace = () => content() && !content().querySelector("[data-whole]");

	/** The link that a plain click on it opens over the page. */
	function linkOf(event) {
		const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
		const link = event.target.closest?.("a[href]");
		const isOurs = link?.origin === location.origin && link.pathname.startsWith(ACT);
		const leaves = link?.target || link?.hasAttribute("download") || link?.matches("[href^=\"#\"]");
		return isPlain && isOurs && !leaves && isSeenInPlace() ? link : null;
	}

	/** The page's own ids stay unique: those of the dialog are told apart. */
	function tellApart(part) {
		const ids = new Set(Array.from(part.querySelectorAll("[id]"), (element) => element.id));
		const renamed = (id) => (ids.has(id) ? `dialog-${id}` : id);
		for (const element of part.querySelectorAll("*")) {
			for (const name of POINTS_AT.filter((name) => element.hasAttribute(name))) {
				const named = element.getAttribute(name).split(" ").map(renamed);
				element.setAttribute(name, named.join(" "));
			}
			const hash = element.getAttribute("href")?.match(/^#(.+)/);
			if (hash) {
				element.setAttribute("href", `#${renamed(hash[1])}`);
			}
			if (element.id) {
				element.id = renamed(element.id);
			}
		}
	}

	function headOf(page) {
		const head = document.createElement("header");
		head.className = "et-dialog__head";
		const title = document.createElement("h2");
		title.id = "dialog-title";
		title.dir = "auto";
		title.tabIndex = -1;
		title.append(page.querySelector(".et-head h1")?.textContent ?? page.title);
		const close = document.createElement("button");
		close.type = "button";
		close.className = "et-iconbutton";
		close.dataset.close = "";
		close.setAttribute("aria-label", "Back to the page");
		close.append(document.createElement("span"));
		close.firstChild.className = "material-symbols-outlined";
		close.firstChild.ariaHidden = "true";
		close.firstChild.append("close");
		head.append(title, close);
		return head;
	}

	/** Fills the dialog with the content of an act's page. */
	function show(page) {
		const made = page.getElementById("page-content");
		const body = document.createElement("div");
		body.className = "et-dialog__body et-page";
		const head = headOf(page);
		const lead = made.querySelector(".et-head .et-lead");
		if (lead?.textContent.trim()) {
			body.append(lead);
		}
		made.querySelector(".et-head")?.remove();
		body.append(...made.childNodes);
		tellApart(body);
		for (const way of body.querySelectorAll("a[data-way]")) {
			const leads = new URL(way.href);
			leads.searchParams.set("next", `${here()}#${new URLSearchParams({ do: address })}`);
			way.href = leads;
		}
		for (const form of body.querySelectorAll("form:not([action])")) {
			form.setAttribute("action", address);
		}
		dialog.replaceChildren(head, body);
		document.getElementById("search")?.close();
		if (!dialog.open) {
			content().after(dialog);
			dialog.showModal();
		}
		body.scrollTop = 0;
		body.dispatchEvent(new Event("shown", { bubbles: true }));
		const field = ":is(input, select, textarea):not([type=hidden], [disabled])";
		// What is to be read before it is filled in begins at its head.
		const wanted = ["[data-focus]", "[aria-invalid=true]", ...(body.querySelector("[data-read]") ? [] : [field])];
		const first = wanted.map((one) => body.querySelector(one)).find(Boolean);
		(first ?? dialog.querySelector("h2")).focus();
	}

	/** Opens the act at an address, or first what has to be answered before it. */
	async function open(asked) {
		dialog.ariaBusy = "true";
		content().ariaBusy = "true";
		try {
			let answer = await fetch(asked, { headers: HEADERS, redirect: "manual" });
			address = asked;
			const before = answer.headers.get(DETOUR);
			if (before) {
				answer = await fetch(before, { headers: HEADERS, redirect: "manual" });
				address = before;
			}
			if (answer.status !== 200) {
				location.assign(asked);
				return;
			}
			show(new DOMParser().parseFromString(await answer.text(), "text/html"));
		} catch {
			location.assign(asked);
			return;
		}
		settle();
	}

	function settle() {
		dialog.ariaBusy = null;
		content()?.removeAttribute("aria-busy");
	}

	function refuse(sentence) {
		const line = Fresh.note(sentence);
		line.tabIndex = -1;
		(dialog.querySelector(".et-dialog__body") ?? content()).prepend(line);
		line.focus();
	}

	async function send(form, submitter) {
		const body = new FormData(form, submitter);
		try {
			await post(form.getAttribute("action"), body, form);
		} finally {
			delete form.dataset.sent;
		}
	}

	/** Does the act at an address, with what the form holds. */
	async function post(to, body, form = null) {
		body.set("here", here());
		dialog.ariaBusy = "true";
		let answer;
		try {
			const headers = { ...HEADERS, "X-CSRFToken": Fresh.token() };
			answer = await fetch(to, { method: "POST", body, headers, redirect: "manual" });
		} catch {
			refuse(NOT_SAVED);
			settle();
			return;
		}
		if (answer.headers.has(DETOUR)) {
			await open(answer.headers.get(DETOUR));
			return;
		}
		const type = answer.headers.get("Content-Type") ?? "";
		if (type.startsWith("application/json")) {
			form?.dispatchEvent(new CustomEvent("saved", { bubbles: true, detail: { sent: body } }));
			await goOn(await answer.json());
			return;
		}
		const isHtml = type.startsWith("text/html");
		const made = new DOMParser().parseFromString(isHtml ? await answer.text() : "", "text/html");
		if (made.getElementById("page-content")) {
			const chosen = Array.from(form?.querySelectorAll("[type=file]") ?? []);
			address = to;
			show(made);
			// A page cannot say again which files were chosen; this one can.
			for (const { name, files } of chosen) {
				Object.assign(dialog.querySelector(`[type=file][name="${name}"]`) ?? {}, { files });
			}
		} else if (isHtml) {
			refuse(NOT_SAVED);
		} else {
			refuse(Fresh.LOGGED_OUT);
		}
		settle();
	}

	/** Shows the page anew if it is the one that the act leads to, else goes there. */
	async function goOn({ said, html, page, otherwise, again }) {
		const next = new URL(page, location.href);
		if (next.pathname !== location.pathname) {
			// What was answered first leads to the act that was wanted.
			await (next.pathname.startsWith(ACT) ? open(page) : location.assign(page));
			return;
		}
		let made;
		try {
			made = await Fresh.page(page);
		} catch {
			location.assign(otherwise);
			return;
		}
		const scripts = (from) => Array.from(from.querySelectorAll("script[src]"), ({ src }) => src);
		const loaded = new Set(scripts(document));
		if (scripts(made).some((src) => !loaded.has(src)) || made.querySelector("[data-whole]")) {
			location.assign(page);
			return;
		}
		if (!again) {
			dialog.close();
		}
		Fresh.show(made, content());
		if (location.search !== next.search) {
			history.replaceState(null, "", page);
		}
		document.title = made.title;
		settle();
		if (again) {
			await open(again);
			const line = Fresh.note(said, "status");
			line.classList.replace("et-note--bad", "et-note--good");
			dialog.querySelector(".et-dialog__body").prepend(line);
			return;
		}
		Fresh.announce(said, html);
		returnTo(opener);
		if (next.hash) {
			// A grid goes to the row; so does whoever reads on.
			location.hash = next.hash;
		}
	}

	/** The focus goes to the same link, or to the head of what is shown anew. */
	function returnTo(href) {
		const links = Array.from(content().querySelectorAll("a[href]"));
		const same = links.find((link) => link.getAttribute("href") === href);
		const heading = content().querySelector("h1");
		heading.tabIndex = -1;
		(same ?? heading).focus({ preventScroll: true });
	}

	document.addEventListener("click", (event) => {
		const link = linkOf(event);
		const now = event.target.closest?.("a[data-now]");
		if (now && content()) {
			// It asks nothing: without this script its page asks for the press.
			event.preventDefault();
			post(now.getAttribute("href"), new FormData());
		} else if (event.target.closest?.("[data-close]") && dialog.contains(event.target)) {
			event.preventDefault();
			dialog.close();
		} else if (link && !event.defaultPrevented) {
			event.preventDefault();
			const asked = link.getAttribute("href");
			opener = dialog.contains(link) ? opener : asked;
			open(asked);
		}
	});

	document.addEventListener("submit", (event) => {
		const form = event.target;
		const isSent = event.defaultPrevented || form.method === "get";
		const isOurs = dialog.contains(form) || (form.matches("[data-act]") && isSeenInPlace());
		if (isSent || !isOurs || !form.action.includes(ACT)) {
			return;
		}
		event.preventDefault();
		if (dialog.ariaBusy !== "true") {
			send(form, event.submitter);
		}
	});

	dialog.addEventListener("close", () => dialog.open || dialog.replaceChildren());

	/** An address may name the act that its page opens with: `?do=` or `#do=` and its own. */
	addEventListener("DOMContentLoaded", () => {
		const [query, hash] = [location.search, location.hash].map((part) => new URLSearchParams(part.slice(1)));
		const asked = query.get("do") ?? hash.get("do");
		if (asked?.startsWith(ACT) && isSeenInPlace()) {
			query.delete("do");
			history.replaceState(null, "", `${location.pathname}${query.size ? `?${query}` : ""}`);
			opener = asked;
			open(asked);
		}
	});
})();
