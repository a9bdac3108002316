/*
 * Lets django-unfold's templates run on Alpine's CSP build (script-src 'self').
 *
 * That build evaluates expressions with its own parser and refuses to touch globals,
 * so whatever a template calls must be data of a component. The functions themselves
 * stay unfold's (app.js); here they are only handed in, wrapped.
 */
"use strict";

/* From here on the side menu stands beside the page; below it is a drawer (nav.css). */
const isWide = () => window.matchMedia("(min-width: 72rem)").matches;

document.addEventListener("alpine:init", () => {
	const wrapped = (name) =>
		function (...args) {
			return window[name](...args);
		};

	window.Alpine.data("theme", (chosen = "auto") => {
		const data = window.theme(chosen);
		const handlers = data.themeBindings;

		Object.assign(data, {
			sidebarOpen: isWide(),
			sidebarBeside: isWide(),
			sidebarWidth: 288,
			// A stand-in: the real window.location is a global.
			window: {
				location: {
					pathname: window.location.pathname,
					search: window.location.search,
				},
			},
			getCurrentTab: wrapped("getCurrentTab"),
			sortRecords: wrapped("sortRecords"),
			closeSidebarOnPhone() {
				if (!isWide()) {
					this.sidebarOpen = false;
				}
			},
			sidebarToggle() {
				this.sidebarOpen = !this.sidebarOpen;
			},
		});

		// Unfold closes it up to 1280 px; only a narrower window has no room beside it.
		handlers["x-resize.window"] = function () {
			const wide = isWide();
			if (wide !== this.sidebarBeside) {
				this.sidebarBeside = wide;
				this.sidebarOpen = wide;
			}
		};

		// Shortcuts of one single character collide with speech input (WCAG 2.1.4).
		const onKey = handlers["x-on:keydown.window"];
		handlers["x-on:keydown.window"] = function (event) {
			if (event.ctrlKey || event.metaKey) {
				onKey.call(this, event);
			} else if (event.key === "Escape") {
				this.closeSidebarOnPhone();
			}
		};
		return data;
	});
});

/*
 * A form that is on its way is not sent a second time. Where it may take longer than a
 * moment, it says so, with a bar that promises no share: nobody knows it.
 */
const BUSY_AFTER = 500;
let busy;

function sayBusy(place) {
	const bar = document.createElement("span");
	bar.className = "et-busy__bar";
	bar.setAttribute("aria-hidden", "true");
	place.replaceChildren(place.dataset.busy, bar);
}

document.addEventListener("submit", (event) => {
	const form = event.target;
	if (!form.matches("form[data-once]")) {
		return;
	}
	if (form.dataset.sent) {
		event.preventDefault();
		return;
	}
	form.dataset.sent = "yes";
	const place = form.querySelector("[data-busy]");
	if (place) {
		busy = setTimeout(sayBusy, BUSY_AFTER, place);
	}
});

/* Coming back with the browser's back button makes it usable again. */
window.addEventListener("pageshow", () => {
	clearTimeout(busy);
	for (const form of document.querySelectorAll("form[data-once]")) {
		delete form.dataset.sent;
		form.querySelector("[data-busy]")?.replaceChildren();
	}
});

/* A refused form starts at its summary of errors. */
window.addEventListener("load", () => {
	document.querySelector("[data-focus]")?.focus();
});

// Unfold writes a chosen file's name into a text field that only its own widget has,
// and stumbles over every other form with a file.
document.addEventListener(
	"change",
	(event) => {
		if (event.target.matches?.(".et-page input[type=file]")) {
			event.stopPropagation();
		}
	},
	true,
);

/* A link to a row unfolds what the row stands in. */
function unfoldTarget() {
	const id = decodeURIComponent(window.location.hash.slice(1));
	const target = id && document.getElementById(id);
	if (!target) {
		return;
	}
	for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) {
		fold.open = true;
	}
	target.querySelector("details")?.setAttribute("open", "");
	target.scrollIntoView();
}
window.addEventListener("load", unfoldTarget);
window.addEventListener("hashchange", unfoldTarget);
