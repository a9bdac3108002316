/*
 * Digits choose a score, where the focus is among the scores; a press on one goes on to its
 * reason; and beside the sheet stands what is on file for the row that somebody is at.
 * Without this script arrows and Tab do, and a candidate's name leads to what is on file.
 */
"use strict";

(() => {
	const WIDE = "(min-width: 64rem)";
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

	document.addEventListener("focusin", async ({ target }) => {
		const row = target.closest?.("[data-cell][data-row]");
		const file = row?.closest(".ss-two")?.querySelector(".ss-file");
		if (!file || !matchMedia(WIDE).matches || file.dataset.cell === row.dataset.cell) {
			return;
		}
		wanted = row.dataset.cell;
		try {
			const page = await Fresh.page(`?at=${encodeURIComponent(wanted)}`);
			const made = page.getElementById(file.id);
			if (made?.dataset.cell === wanted && file.isConnected) {
				file.replaceWith(made);
			}
		} catch {
			// What stood there stays, and says of which score it is.
		}
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
