/* Work that goes on in the background: its part of the page is shown anew until it is done. */
"use strict";

const Watch = {
	EACH: 2000,

	/** Looks again in a while; when the work is done, the whole page is shown. */
	later() {
		setTimeout(async () => {
			const part = document.querySelector("[data-watch]");
			if (!part) {
				return;
			}
			try {
				const page = await Fresh.page(location.href);
				if (!page.getElementById(part.id)) {
					location.reload();
					return;
				}
				Fresh.show(page, part);
			} catch {
				// What is shown is of before; the next look tries again.
			}
			this.later();
		}, this.EACH);
	},
};

Watch.later();
