/* What a person has typed into a form, beside what the form held when it was made. */
"use strict";

class TypedForm {
	// Never kept, wherever they stand.
	static never = ["hidden", "password", "file", "submit", "button", "reset", "image"];

	constructor(form) {
		this.form = form;
		this.controls = Array.from(form.elements).filter(
			(control) =>
				control.name &&
				!TypedForm.never.includes(control.type) &&
				control.autocomplete !== "one-time-code" &&
				!control.closest("[data-no-draft]"),
		);
	}

	static same(one, other) {
		return JSON.stringify(one) === JSON.stringify(other);
	}

	static isBox(control) {
		return control.type === "checkbox" || control.type === "radio";
	}

	static valuesOf(control, before) {
		if (TypedForm.isBox(control)) {
			return (before ? control.defaultChecked : control.checked) ? [control.value] : [];
		}
		if (!(control instanceof HTMLSelectElement)) {
			return [before ? control.defaultValue : control.value];
		}
		const chosen = Array.from(control.options).filter((option) =>
			before ? option.defaultSelected : option.selected,
		);
		if (before && !control.multiple && !chosen.length && control.options.length) {
			return [control.options[0].value];
		}
		return chosen.map((option) => option.value);
	}

	/** By name, what the fields hold, or held before anybody typed. */
	values(before = false) {
		const values = {};
		for (const control of this.controls) {
			values[control.name] ??= [];
			values[control.name].push(...TypedForm.valuesOf(control, before));
		}
		return values;
	}

	/** By name, what the fields that were changed held and hold. */
	changes() {
		const before = this.values(true);
		const now = this.values();
		const changed = Object.keys(now).filter(
			(name) => !TypedForm.same(before[name], now[name]),
		);
		return Object.fromEntries(
			changed.map((name) => [name, { was: before[name], now: now[name] }]),
		);
	}

	/** Whether leaving would lose something. */
	get isDirty() {
		const hasFile = Array.from(this.form.elements).some((control) => control.files?.length);
		return "unsaved" in this.form.dataset || hasFile || Object.keys(this.changes()).length > 0;
	}

	/** The hidden fields: which claim, which version of which words. */
	get versions() {
		const hidden = this.form.querySelectorAll("input[type=hidden]");
		const named = Array.from(hidden, (field) => [field.name, field.value]);
		return named.filter(([name]) => name !== "csrfmiddlewaretoken" && name !== "next");
	}

	/** Puts values, by name, into the fields. */
	fill(values) {
		for (const control of this.controls.filter((control) => control.name in values)) {
			const chosen = values[control.name];
			if (TypedForm.isBox(control)) {
				control.checked = chosen.includes(control.value);
			} else if (control instanceof HTMLSelectElement) {
				for (const option of control.options) {
					option.selected = chosen.includes(option.value);
				}
			} else {
				control.value = chosen[0] ?? "";
			}
		}
	}

	/** What was sent is what these fields hold from now on. */
	settle(sent) {
		for (const control of this.controls.filter((control) => sent.has(control.name))) {
			const values = sent.getAll(control.name);
			if (TypedForm.isBox(control)) {
				control.defaultChecked = values.includes(control.value);
			} else if (control instanceof HTMLSelectElement) {
				for (const option of control.options) {
					const { selected } = option;
					option.defaultSelected = values.includes(option.value);
					option.selected = selected;
				}
			} else {
				const { value } = control;
				control.defaultValue = values[0];
				control.value = value;
			}
		}
	}
}

/** A chosen weekend is kept, and named beside its field. */
function nameWeekend(field) {
	field.parentNode.querySelector("small[data-weekend]")?.remove();
	const day = field.valueAsDate;
	if ([0, 6].includes(day?.getUTCDay())) {
		const note = document.createElement("small");
		note.dataset.weekend = "";
		note.role = "status";
		note.append(` a ${["Sunday", "Saturday"][day.getUTCDay() && 1]}`);
		field.after(note);
	}
}

for (const name of ["change", "shown", "DOMContentLoaded"]) {
	document.addEventListener(name, ({ target }) => {
		const fields = target.type === "date" ? [target] : target.querySelectorAll("input[type=date]");
		fields.forEach(nameWeekend);
	});
}
