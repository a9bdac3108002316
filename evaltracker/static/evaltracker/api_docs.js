// Swagger UI leaves some of its parts without a name for those who listen (WCAG 4.1.2)
// and out of reach of the keyboard (2.1.1); whatever it draws gets both. It is dark where
// the reader wants it so. And it reads the whole description anew for each call that is
// opened, which takes seconds; all references are within it, so they are followed here.
(() => {
	"use strict";
	const dark = matchMedia("(prefers-color-scheme: dark)");
	const dress = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
	dark.addEventListener("change", dress);
	dress();
	const follow = (whole, part, above = []) => {
		if (Array.isArray(part)) return part.map((item) => follow(whole, item, above));
		if (!part || typeof part !== "object") return part;
		const { $ref: place, ...rest } = part;
		const own = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, follow(whole, value, above)]));
		if (typeof place !== "string") return place === undefined ? own : { $ref: follow(whole, place, above), ...own };
		if (above.includes(place)) return part;
		const there = place.slice(2).split("/").reduce((at, name) => at[name.replace(/~1/g, "/").replace(/~0/g, "~")], whole);
		return { ...follow(whole, there, [...above, place]), ...own };
	};
	const resolveSubtree = async (whole, path) => ({ errors: [], spec: follow(whole, path.reduce((at, name) => at?.[name], whole)) });
	const quick = { apply: (make, self, [options]) => make({ ...options, plugins: [...options.plugins, { fn: { resolveSubtree } }] }) };
	window.SwaggerUIBundle = new Proxy(window.SwaggerUIBundle, quick);
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
