/* Says on the page, and not only on the console, that a security key was not used. */
"use strict";

document.addEventListener("allauth.error", (event) => {
	event.preventDefault();
	for (const note of document.querySelectorAll("[data-key-trouble]")) {
		note.hidden = false;
	}
});
