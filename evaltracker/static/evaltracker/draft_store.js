/*
 * Where drafts are kept: this tab's sessionStorage, encrypted (AES-GCM) with a key that only
 * the person's own pages bring. What the machine stores of it tells nothing without them.
 *
 * Browsers encrypt on https and localhost alone; elsewhere nothing is kept. They do it a
 * moment after they are asked to, so each call has a turn: what was encrypted in an earlier
 * turn than what stands, or than its removal, is not written any more.
 */
"use strict";

class DraftStore {
	// Whose it is, of which form, and whether it is sealed: digests, so it tells no names.
	static NAME = /^draft (?<person>\w+) (?<form>\w+)(?<sealed> sealed)?$/;
	static IV_BYTES = 12;
	#turn = 0;
	// By name: the turn in which it was written or removed last, and the last writing.
	#done = new Map();
	#writing = new Map();
	#keys = new Map();

	static nameOf(person, form) {
		const sealed = "draftSealed" in form.dataset ? " sealed" : "";
		return `draft ${person} ${form.dataset.draft}${sealed}`;
	}

	/** Resolves once the draft, or a later one of that name, is kept. */
	write(name, key, draft) {
		this.#turn += 1;
		const written = this.#write(name, key, draft, this.#turn);
		this.#writing.set(name, written);
		return written;
	}

	async #write(name, key, draft, turn) {
		if (!isSecureContext) {
			return;
		}
		const iv = crypto.getRandomValues(new Uint8Array(DraftStore.IV_BYTES));
		const text = new TextEncoder().encode(JSON.stringify(draft));
		const way = DraftStore.#way(name, iv);
		const closed = new Uint8Array(await crypto.subtle.encrypt(way, await this.#open(key), text));
		if (turn < (this.#done.get(name) ?? 0)) {
			return;
		}
		this.#done.set(name, turn);
		try {
			sessionStorage.setItem(name, DraftStore.#toText([...iv, ...closed]));
		} catch {
			// The tab's storage is full: leaving warns all the same.
		}
	}

	/** The draft of that name; null if there is none, or none that this key opens. */
	async read(name, key) {
		await this.#writing.get(name);
		const stored = sessionStorage.getItem(name);
		if (!stored || !isSecureContext) {
			return null;
		}
		try {
			const bytes = DraftStore.#toBytes(stored);
			const way = DraftStore.#way(name, bytes.slice(0, DraftStore.IV_BYTES));
			const closed = bytes.slice(DraftStore.IV_BYTES);
			const text = await crypto.subtle.decrypt(way, await this.#open(key), closed);
			const isStill = sessionStorage.getItem(name) === stored;
			return isStill ? JSON.parse(new TextDecoder().decode(text)) : null;
		} catch {
			// Of another key, or of none as before: nobody can read it any more.
			this.remove(name);
			return null;
		}
	}

	remove(name) {
		this.#turn += 1;
		this.#done.set(name, this.#turn);
		sessionStorage.removeItem(name);
	}

	/** Removes the drafts of forms that were saved. */
	removeForms(forms) {
		this.#removeWhere((name) => forms.includes(name?.form));
	}

	/** Removes what is a draft of anybody but this person. */
	removeOthers(person) {
		this.#removeWhere((name, key) => key.startsWith("draft ") && name?.person !== person);
	}

	/** Removes whatever is not worth keeping for whoever logs in next: all but drafts. */
	removeSealed() {
		this.#removeWhere((name) => !name || name.sealed);
	}

	removeAll() {
		this.#removeWhere(() => true);
	}

	/** Removes what is stored, and what is still being written. */
	#removeWhere(matches) {
		for (const key of [...Object.keys(sessionStorage), ...this.#writing.keys()]) {
			if (matches(key.match(DraftStore.NAME)?.groups, key)) {
				this.remove(key);
			}
		}
	}

	#open(key) {
		if (!this.#keys.has(key)) {
			const bytes = DraftStore.#toBytes(key);
			const uses = ["encrypt", "decrypt"];
			this.#keys.set(key, crypto.subtle.importKey("raw", bytes, "AES-GCM", false, uses));
		}
		return this.#keys.get(key);
	}

	static #way(name, iv) {
		return { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(name) };
	}

	static #toText(bytes) {
		return btoa(bytes.map((byte) => String.fromCharCode(byte)).join(""));
	}

	static #toBytes(text) {
		return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
	}
}
