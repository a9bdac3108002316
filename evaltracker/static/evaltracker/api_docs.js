// Swagger UI leaves some of its parts without a name for those who listen (WCAG 4.1.2)
// and out of reach of the keyboard (2.1.1); whatever it draws gets both.
(() => {
	"use strict";
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
