/*
 * Digits choose a score, where the focus is among the scores; a press on one goes on to its
 * reason; and beside the sheet stands what is on file for the row that somebody is at.
 * Without this script arrows and Tab do, and a candidate's name leads to what is on file.
 */
"use strict";

(() => {
	const WIDE = "(min-width: 64rem)";
	const SOON = 150;
	let waiting;
	let wanted = "";

	document.addEventListener("keydown", (event) => {
		const group = event.target.closest?.("[data-digits]");
		const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
		const choice = isPlain && /^\d$/.test(event.key) && group?.querySelector(`[value="${event.key}"]`);
		if (choice) {
			event.preventDefault();
			choice.focus();
			choice.click();
		}
	});

	document.addEventListener("click", (event) => {
		const { target } = event;
		if (event.pointerType && target.matches?.(".ss-mark input") && target.value) {
			target.closest("[data-row]").querySelector("textarea").focus();
		}
	});

	/** What is on file for a row, in place of what is on file for another. */
	async function show(file, cell) {
		try {
			const page = await Fresh.page(`?at=${encodeURIComponent(cell)}`);
			const made = page.getElementById(file.id);
			if (made && wanted === cell && file.isConnected) {
				file.replaceWith(made);
			}
		} catch {
			wanted = ""; // What stood there stays, and says of which score it is.
		}
	}

	document.addEventListener("focusin", ({ target }) => {
		const row = target.closest?.("[data-cell][data-row]");
		const file = row?.closest(".ss-two")?.querySelector(".ss-file");
		const { cell } = row?.dataset ?? {};
		if (!file || !matchMedia(WIDE).matches || cell === (wanted || file.dataset.cell)) {
			return;
		}
		wanted = cell;
		clearTimeout(waiting);
		waiting = setTimeout(show, SOON, file, cell);
	});

	if (!CSS.supports("field-sizing", "content")) {
		document.addEventListener("input", ({ target }) => {
			if (target.matches("textarea")) {
				target.style.blockSize = "auto";
				target.style.blockSize = `${target.scrollHeight + 2}px`;
			}
		});
	}
})();
