/* Opens what an address with a # points into, where the browser does not do so itself. */
"use strict";

const reveal = () => {
	const target = document.getElementById(window.location.hash.slice(1));
	let closed = target?.closest("details:not([open])");
	while (closed) {
		closed.open = true;
		closed = closed.parentElement.closest("details:not([open])");
	}
	target?.scrollIntoView();
};

window.addEventListener("hashchange", reveal);
window.addEventListener("load", reveal);
