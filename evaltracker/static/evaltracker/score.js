/*
 * Digits choose a score, where the focus is among the scores, and a reason grows with its
 * text where the style sheet alone cannot do that. Without this script arrows and Tab do.
 */
"use strict";

(() => {
	const GROUP = "[data-digits]";

	document.addEventListener("keydown", (event) => {
		const group = event.target.closest?.(GROUP);
		const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
		const choice = isPlain && /^\d$/.test(event.key) && group?.querySelector(`[value="${event.key}"]`);
		if (choice) {
			event.preventDefault();
			choice.focus();
			choice.click();
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

	/* A digit chooses at once, and the next Tab is among the scores; nothing scrolls. */
	addEventListener("DOMContentLoaded", () => {
		if (document.activeElement === document.body && !document.querySelector("[data-focus]")) {
			document.querySelector(GROUP)?.focus({ preventScroll: true });
		}
	});
})();
