/*
 * What a page shows after something changed, without being loaded again: parts with an id
 * are fetched from the server and put in place of the old ones.
 */
"use strict";

const Fresh = {
	READ: 8000,
	SOON: 500,
	AWAY: "No connection. What you typed is kept and will be sent when it is back.",
	// Drafts are kept where the browser encrypts (draft_store.js).
	LOGGED_OUT: isSecureContext
		? "Not saved: log in again and load this page. What you typed is kept."
		: "Not saved: copy what you typed, log in again and load this page.",

	/** The page at an address, as a document. */
	async page(address) {
		const answer = await fetch(address, { redirect: "manual" });
		if (!answer.ok) {
			throw new TypeError(`The page answered ${answer.status}.`);
		}
		return new DOMParser().parseFromString(await answer.text(), "text/html");
	},

	/** Puts what the page shows now in place of these parts and of all that is `data-fresh`. */
	show(page, ...parts) {
		// A grid shows itself anew, and somebody may be typing in it.
		const fresh = Array.from(document.querySelectorAll("[data-fresh]"));
		for (const old of [...parts, ...fresh.filter((part) => !part.querySelector(".gr"))]) {
			const made = page.getElementById(old.id);
			if (!made || !old.isConnected) {
				continue;
			}
			const had = old.contains(document.activeElement);
			const { scrollTop } = old;
			// A part that was saved closes what is done with.
			if (!("part" in old.dataset)) {
				this.unfold(made, old);
			}
			// What did not change stays, with the press that may just begin on it.
			if (made.isEqualNode(old)) {
				continue;
			}
			old.replaceWith(made);
			made.scrollTop = scrollTop;
			if (had) {
				made.tabIndex = -1;
				made.focus({ preventScroll: true });
			}
			made.dispatchEvent(new Event("shown", { bubbles: true }));
		}
	},

	/** Shows anew what is `data-fresh`, once nothing more has changed for a moment. */
	soon() {
		clearTimeout(this.waiting);
		this.waiting = setTimeout(async () => {
			try {
				this.show(await this.page(location.href));
			} catch {
				// What is shown is of before; the next change tries again.
			}
		}, this.SOON);
	},

	/** What was open stays open, where the two have the same folds and open the same ones. */
	unfold(made, old) {
		const [now, before] = [made, old].map((part) => Array.from(part.querySelectorAll("details")));
		if (now.length === before.length) {
			now.forEach((fold, at) => {
				fold.open = fold.dataset.open === before[at].dataset.open ? before[at].open : fold.open;
			});
		}
	},

	/** A line that says what went wrong. */
	note(sentence, role = "alert") {
		const line = document.createElement("div");
		line.className = "et-note et-note--bad";
		line.setAttribute("role", role);
		line.textContent = sentence;
		return line;
	},

	/** Says for a while, also to those who hear the page, what was done. */
	announce(sentence) {
		clearTimeout(this.reading);
		this.status.textContent = sentence;
		this.reading = setTimeout(() => this.status.replaceChildren(), this.READ);
	},
};

Fresh.status = document.createElement("div");
Fresh.status.className = "et-said";
Fresh.status.setAttribute("role", "status");

addEventListener("DOMContentLoaded", () => {
	document.body.append(Fresh.status);
});
