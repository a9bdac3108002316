/*
 * What a page shows after something changed, without being loaded again: parts with an id
 * are fetched from the server, and no more than these, and put in place of the old ones.
 */
"use strict";

const Fresh = {
	READ: 8000,
	SOON: 500,
	EACH: 5000,
	looked: Date.now(),
	AWAY: "Not saved. Try again. What you typed is kept, and sent when the connection is back.",
	// Drafts are kept where the browser encrypts (draft_store.js).
	LOGGED_OUT: isSecureContext
		? "Not saved: log in again and load this page. What you typed is kept."
		: "Not saved: copy what you typed, log in again and load this page.",

	/** The parts of the page at an address, as a document. No copy of them is kept as a page. */
	async page(address) {
		const headers = { "X-Parts": "yes" };
		const answer = await fetch(address, { headers, redirect: "manual", cache: "no-store" });
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
			const href = had && document.activeElement.getAttribute("href");
			const { scrollTop } = old;
			// A part that was saved closes what is done with.
			if (!("part" in old.dataset)) {
				this.unfold(made, old);
			}
			// What did not change stays, with the press that may just begin on it.
			for (const field of made.querySelectorAll("[name=csrfmiddlewaretoken]")) {
				field.setAttribute("value", this.token());
			}
			if (made.isEqualNode(old)) {
				continue;
			}
			old.replaceWith(made);
			made.scrollTop = scrollTop;
			if (had) {
				const links = Array.from(made.querySelectorAll("a[href]"));
				made.tabIndex = -1;
				(links.find((link) => link.getAttribute("href") === href) ?? made).focus({ preventScroll: true });
			}
			made.dispatchEvent(new Event("shown", { bubbles: true }));
		}
	},

	/** Shows anew what is `data-fresh`, once nothing more has changed for a moment. */
	soon() {
		clearTimeout(this.waiting);
		this.waiting = setTimeout(() => this.now(), this.SOON);
	},

	async now() {
		this.looked = Date.now();
		try {
			this.show(await this.page(location.href));
		} catch {
			// What is shown is of before; the next change tries again.
		}
	},

	/** Who comes back to the page reads what others did meanwhile. */
	look() {
		const isSeen = document.visibilityState === "visible" && document.getElementById("page-content");
		const isTyping = document.querySelector("dialog[open], :is(input, textarea, select):focus");
		if (isSeen && !isTyping && Date.now() - this.looked >= this.EACH) {
			this.now();
		}
	},

	token: () => document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "",

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

	/**
	 * Says for a while, also to those who hear the page, what was done. It may hold a link,
	 * as HTML of the server's.
	 */
	announce(sentence, isHtml = false) {
		clearTimeout(this.reading);
		const said = new DOMParser().parseFromString(isHtml ? sentence : "", "text/html").body;
		this.status.replaceChildren(...(isHtml ? said.childNodes : [sentence]));
		this.place();
		const rest = () => {
			const isUsed = this.status.matches(":hover, :focus-within");
			this.reading = setTimeout(() => (isUsed ? rest() : this.status.replaceChildren()), this.READ);
		};
		rest();
	},

	/** Where it covers no row and no button; if there is no such place, above the page. */
	place() {
		const taken = Array.from(document.querySelectorAll(this.TAKEN), (part) => part.getBoundingClientRect());
		const isFree = () => {
			const mine = this.status.getBoundingClientRect();
			return !taken.some(
				({ left, right, top, bottom, width }) =>
					width && left < mine.right && right > mine.left && top < mine.bottom && bottom > mine.top,
			);
		};
		const place = this.PLACES.find((name) => {
			this.status.dataset.place = name;
			return isFree();
		});
		if (!place) {
			this.status.dataset.place = "above";
			// What is in view moves down, and is not covered.
			scrollBy(0, scrollY ? -this.status.offsetHeight : 0);
		}
	},
};

Fresh.TAKEN = ":is(a[href], button, input, select, textarea, summary, label, tr, li, [role=row], [data-row])";
Fresh.TAKEN += ":not(.et-said *)";
Fresh.PLACES = ["end", "start", "middle", "top"];
Fresh.status = document.createElement("div");
Fresh.status.className = "et-said";
Fresh.status.setAttribute("role", "status");

addEventListener("DOMContentLoaded", () => {
	document.body.prepend(Fresh.status);
});
document.addEventListener("visibilitychange", () => Fresh.look());
addEventListener("focus", () => Fresh.look());
