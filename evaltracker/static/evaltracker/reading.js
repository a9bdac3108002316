/*
 * How a file is read: each choice is posted as soon as it is made, and what the page says
 * then takes the place of what it said. Without this script the form has a button.
 */
"use strict";

(() => {
	const PART = "reading";
	const NEXT = [".rd-open + ul select", ".rd-top button:enabled"];
	let turn = 0;

	const boxes = () => Array.from(document.querySelectorAll(`#${PART} .rd-grid`));

	/** Where somebody is: the field by its name, and how far the rows are scrolled. */
	function place(field) {
		const same = Array.from(document.getElementsByName(field.name));
		return {
			name: field.name,
			at: same.indexOf(field),
			scrolls: boxes().map((box) => [box.scrollLeft, box.scrollTop]),
		};
	}

	function returnTo({ name, at, scrolls }) {
		boxes().forEach((box, index) => {
			[box.scrollLeft, box.scrollTop] = scrolls[index] ?? [0, 0];
		});
		const same = Array.from(document.getElementsByName(name));
		// What was open may be certain now, and folded: then the next one that is open.
		const fields = [same[at], ...same, ...NEXT.map((next) => document.querySelector(next))];
		const shown = fields.find((field) => field && !field.closest("details:not([open])"));
		shown?.focus({ preventScroll: true });
	}

	async function post(form, field) {
		const mine = ++turn;
		const was = place(field);
		const part = document.getElementById(PART);
		part.setAttribute("aria-busy", "true");
		try {
			const answer = await fetch(location.href, { method: "POST", body: new FormData(form), headers: { "X-Parts": "yes" } });
			const page = new DOMParser().parseFromString(await answer.text(), "text/html");
			// A choice that was made meanwhile has its own answer.
			if (mine !== turn) {
				return;
			}
			if (!answer.ok || !page.getElementById(PART)) {
				form.submit();
				return;
			}
			Fresh.show(page, part);
			returnTo(was);
			const counts = document.querySelector(`#${PART} .rd-counts`);
			Fresh.announce(counts.textContent.replace(/\s+/g, " ").trim());
		} catch {
			part.removeAttribute("aria-busy");
			part.prepend(Fresh.note(Fresh.AWAY));
		}
	}

	addEventListener("change", ({ target }) => {
		const form = target.closest("form[data-reading]");
		if (form) {
			post(form, target);
		}
	});
})();
