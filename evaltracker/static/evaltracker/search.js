/*
 * The search box: opened by its button, Ctrl+K or “/”, driven by keyboard (combobox
 * with a list, ARIA APG). The dialog is the browser's own: it keeps the focus inside,
 * closes on Escape and gives the focus back. What is typed is sent and not kept. “?”
 * lists the keys of all pages.
 */
"use strict";

(() => {
	const WAIT = 150;
	let timer;
	let asking;
	let shown = "";
	let isEntered = false;

	const box = () => document.getElementById("search");
	const input = () => box().querySelector("[name=q]");
	const list = () => document.getElementById("search-list");
	const options = () => [...list().querySelectorAll("[role=option]")];

	/* The reader may have switched it off, as people who speak to their computer do. */
	const bySlash = () => box()?.dataset.slash === "yes" && !document.querySelector("[aria-keyshortcuts='/']");

	function open() {
		const dialog = box();
		if (!dialog || dialog.open) {
			return Boolean(dialog);
		}
		dialog.showModal();
		input().focus();
		input().select();
		return true;
	}

	function choose(option) {
		for (const each of options()) {
			each.setAttribute("aria-selected", String(each === option));
		}
		if (option) {
			input().setAttribute("aria-activedescendant", option.id);
			option.scrollIntoView({ block: "nearest" });
		} else {
			input().removeAttribute("aria-activedescendant");
		}
	}

	const chosen = () => list().querySelector("[aria-selected=true]");

	function step(by) {
		const all = options();
		if (all.length) {
			const at = all.indexOf(chosen());
			const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by;
			choose(all[(next + all.length) % all.length]);
		}
	}

	function say(sentence) {
		box().querySelector("[role=status]").textContent = sentence;
	}

	function show(html, words) {
		shown = words;
		list().innerHTML = html;
		list().hidden = options().length === 0;
		input().setAttribute("aria-expanded", String(!list().hidden));
		choose(options()[0]);
		const number = options().length;
		say(!words ? "" : number ? `${number} result${number > 1 ? "s" : ""}` : "Nothing found");
		if (isEntered) {
			enter();
		}
	}

	/** Opens what is chosen; before the answer is there, once it is. */
	function enter() {
		const isAnswered = shown === input().value.trim();
		isEntered = !isAnswered;
		if (isAnswered) {
			chosen()?.click();
		}
	}

	async function ask() {
		const words = input().value.trim();
		asking?.abort();
		if (!words) {
			show("", "");
			return;
		}
		asking = new AbortController();
		const asked = new URLSearchParams(new FormData(input().form));
		asked.set("part", "list");
		try {
			const answer = await fetch(`${input().form.action}?${asked}`, { signal: asking.signal });
			if (answer.ok && !answer.redirected) {
				show(await answer.text(), words);
			} else {
				show("", "");
				say("Search did not answer. Try again.");
			}
		} catch (error) {
			if (error.name !== "AbortError") {
				show("", "");
				say("No connection. Try again.");
			}
		}
	}

	function onKey(event) {
		if (event.isComposing) {
			return;
		}
		if (event.key === "ArrowDown" || event.key === "ArrowUp") {
			event.preventDefault();
			step(event.key === "ArrowDown" ? 1 : -1);
		} else if (event.key === "Enter") {
			event.preventDefault();
			enter();
		}
	}

	const isTyping = (target) =>
		target.closest?.("input, textarea, select, [contenteditable], [role=grid], [role=textbox]");

	document.addEventListener("keydown", (event) => {
		const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
		if (event.target === document.querySelector("#search [name=q]")) {
			onKey(event);
		}
		const isK = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k";
		const isFree = plain && bySlash() && !event.defaultPrevented && !isTyping(event.target);
		const isSlash = isFree && event.key === "/";
		if (isFree && event.key === "?" && !document.querySelector("dialog[open]")) {
			event.preventDefault();
			document.getElementById("keys")?.showModal();
		}
		if ((isK || isSlash) && open()) {
			event.preventDefault();
		}
	});

	document.addEventListener("click", (event) => {
		if (event.target.closest?.("[data-open-search]") && open()) {
			event.preventDefault();
		} else if (event.target.closest?.("[data-close-search]")) {
			event.target.closest("dialog").close();
		} else if (event.target.matches?.("dialog.et-search[open]")) {
			event.target.close();
		} else if (event.target.closest?.("a[href^='#theme-']")) {
			event.preventDefault();
			const theme = event.target.closest("a").hash.slice("#theme-".length);
			document.querySelector(`[data-theme=${theme}]`).click();
			box().close();
		}
	});

	document.addEventListener("input", (event) => {
		if (event.target.closest?.("#search [name=q]")) {
			isEntered = false;
			clearTimeout(timer);
			timer = setTimeout(ask, WAIT);
		}
	});
})();
