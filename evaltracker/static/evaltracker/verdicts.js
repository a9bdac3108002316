/*
 * Rows of verdicts: 1 to 4 judge the row that has the focus, the arrows move between rows,
 * Enter opens one. Who ran it and on what is set once above and stands in every row, but in
 * those where somebody changed it. All of it works without this script, row by row.
 */
"use strict";

(() => {
	const ROW = ".vr";
	const TYPED = "input, textarea, select";
	const all = () => Array.from(document.querySelectorAll("[data-vr-all]"));

	/** What stands above, in these rows and in the link that judges many. */
	function spread(part) {
		for (const above of all()) {
			for (const field of part.querySelectorAll(`form.vr-row [name=${above.dataset.vrAll}]`)) {
				if (!("own" in field.dataset)) {
					field.value = above.value;
				}
			}
		}
		const link = document.querySelector("[data-vr-together]");
		if (link) {
			const said = all().map((above) => [above.dataset.vrAll, above.value]);
			link.search = new URLSearchParams(said.filter(([, value]) => value));
		}
	}

	/** Offers to say it once, wherever these rows have just come to be. */
	function start(part) {
		for (const bar of part.querySelectorAll("[data-vr-setting]")) {
			bar.hidden = false;
		}
		spread(part);
	}

	function focusOn(row) {
		const head = row?.querySelector("summary");
		head?.focus({ preventScroll: true });
		row?.scrollIntoView({ block: "nearest" });
	}

	document.addEventListener("change", (event) => {
		if (event.target.matches("[data-vr-all]")) {
			spread(document);
		} else if (event.target.matches(".vr-row [name=runner], .vr-row [name=data]")) {
			event.target.dataset.own = "";
		}
	});

	document.addEventListener("shown", (event) => start(event.target.parentElement ?? document));

	// What was said in a row first stands above from then on.
	document.addEventListener("saved", (event) => {
		for (const above of event.target.matches(".vr-row") ? all() : []) {
			above.value ||= event.detail.sent.get(above.dataset.vrAll) ?? "";
		}
	});

	document.addEventListener(
		"submit",
		(event) => {
			const form = event.target;
			const missing = all().find((above) => form.matches(".vr-row") && !form[above.dataset.vrAll].value);
			if (missing) {
				event.preventDefault();
				event.stopPropagation();
				missing.required = true;
				missing.reportValidity();
			}
		},
		true,
	);

	document.addEventListener("click", (event) => {
		const link = event.target.closest?.("[data-vr-next]");
		if (link) {
			event.preventDefault();
			focusOn(document.getElementById(link.hash.slice(1)));
		}
	});

	document.addEventListener("keydown", (event) => {
		const row = event.target.closest?.(ROW);
		const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
		if (!row || !isPlain || event.target.matches(TYPED)) {
			return;
		}
		const rows = Array.from(document.querySelectorAll(ROW));
		const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
		const button = row.querySelectorAll(".vr-button")[Number(event.key) - 1];
		if (step) {
			focusOn(rows[rows.indexOf(row) + step]);
		} else if (event.key === "Enter" && event.target === row) {
			row.querySelector("details").open ^= true;
		} else if (button) {
			button.click();
		} else {
			return;
		}
		event.preventDefault();
	});

	document.addEventListener("DOMContentLoaded", () => start(document));
})();
