/*
 * Saves the draft of an answer while it is typed: the same form, sent a moment after the
 * last key. Without scripts the buttons do it.
 */
"use strict";

(() => {
	const DELAY = 1200;
	const form = document.querySelector("form[data-autosave]");
	if (!form) {
		return;
	}
	const words = form.dataset;
	const said = form.querySelector("[data-saved]");
	const version = form.elements.version;
	let timer = 0;
	let running = Promise.resolve();
	let busy = false;
	let stopped = false;

	async function save() {
		const typed = new FormData(form);
		// A file goes when its button is pressed.
		typed.delete("file");
		const answer = await fetch(form.action || location.href, {
			method: "POST",
			body: typed,
			headers: { "X-Autosave": "1" },
			redirect: "error",
		});
		if (answer.status === 409) {
			stopped = true;
			said.textContent = (await answer.json()).problem;
		} else if (answer.ok) {
			const { version: next, saved } = await answer.json();
			version.value = next;
			said.textContent = saved ? words.savedAt.replace("TIME", saved) : words.handedIn;
		} else {
			said.textContent = words.notSaved;
		}
	}

	function later() {
		clearTimeout(timer);
		if (!stopped) {
			timer = setTimeout(() => {
				busy = true;
				running = running
					.then(save)
					.catch(() => {
						said.textContent = words.noConnection;
					})
					.finally(() => {
						busy = false;
					});
			}, DELAY);
		}
	}

	form.addEventListener("input", later);
	form.addEventListener("submit", (event) => {
		clearTimeout(timer);
		if (busy) {
			// What is on its way has the version that this one goes on from.
			event.preventDefault();
			running.then(() => form.requestSubmit(event.submitter));
		}
	});
})();
