// Swagger UI leaves some of its parts without a name for those who listen (WCAG 4.1.2)
// and out of reach of the keyboard (2.1.1); whatever it draws gets both. It is dark where
// the reader wants it so.
(() => {
	"use strict";
	const dark = matchMedia("(prefers-color-scheme: dark)");
	const dress = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
	dark.addEventListener("change", dress);
	dress();
	const mend = () => {
		for (const select of document.querySelectorAll("#swagger-ui select:not([aria-label])")) {
			select.setAttribute("aria-label", select.matches(".examples-select-element") ? "Example" : "Value");
		}
		for (const example of document.querySelectorAll("#swagger-ui .microlight:not([tabindex])")) {
			example.tabIndex = 0;
		}
	};
	new MutationObserver(mend).observe(document.getElementById("swagger-ui"), { childList: true, subtree: true });
})();
