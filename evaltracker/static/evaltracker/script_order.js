// Puts the items of a demo's script in order by dragging. Each move posts the form that
// the buttons of an item post without it; one that is refused is undone.
"use strict";

(() => {
  const start = () => {
    const list = document.querySelector("[data-order]");
    if (!list || list.querySelector(".sc-handle")) return;
    const status = document.querySelector("[data-order-status]");
    const items = () => [...list.querySelectorAll("[data-order-item]")];
    let dragged = null;
    let from = -1;

    const number = () => {
      const all = items();
      all.forEach((item, at) => {
        const up = item.querySelector("[data-order-up]");
        const down = item.querySelector("[data-order-down]");
        if (!up || !down) return;
        up.value = at;
        up.disabled = at === 0;
        down.value = at + 2;
        down.disabled = at === all.length - 1;
      });
    };

    const put = (item, at) => {
      const others = items().filter((other) => other !== item);
      if (at >= others.length) list.append(item);
      else others[at].before(item);
      number();
    };

    const save = async (item, place, before) => {
      const form = item.querySelector("form[action*='move-script-item']");
      const body = new FormData(form);
      body.set("to", place + 1);
      let answer = null;
      try {
        answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
      } catch {
        answer = null;
      }
      if (answer && answer.type === "opaqueredirect") {
        status.textContent = `Moved to place ${place + 1} of ${items().length}.`;
        return;
      }
      put(item, before);
      status.textContent = "Not moved. Load the page again.";
    };

    for (const item of items()) {
      const handle = document.createElement("span");
      handle.className = "sc-handle";
      handle.textContent = "⠿";
      handle.title = "Drag to another place";
      handle.draggable = true;
      handle.setAttribute("aria-hidden", "true");
      item.querySelector(".vr-state").prepend(handle);
      const buttons = item.querySelectorAll("[data-order-up], [data-order-down]");
      for (const button of buttons) {
        button.addEventListener("click", (event) => {
          event.preventDefault();
          const before = items().indexOf(item);
          const place = Number(button.value) - 1;
          put(item, place);
          (button.disabled ? item.querySelector("[data-order-up]:enabled, [data-order-down]:enabled") : button).focus();
          save(item, place, before);
        });
      }
      handle.addEventListener("dragstart", (event) => {
        dragged = item;
        from = items().indexOf(item);
        event.dataTransfer.effectAllowed = "move";
        event.dataTransfer.setData("text/plain", item.id);
        event.dataTransfer.setDragImage(item, 20, 20);
      });
      item.addEventListener("dragover", (event) => {
        if (!dragged || dragged === item) return;
        event.preventDefault();
        const box = item.getBoundingClientRect();
        if (event.clientY < box.top + box.height / 2) item.before(dragged);
        else item.after(dragged);
      });
      handle.addEventListener("dragend", () => {
        const place = items().indexOf(dragged);
        number();
        if (place !== from) save(dragged, place, from);
        dragged = null;
      });
    }
    list.addEventListener("drop", (event) => event.preventDefault());
    list.addEventListener("dragover", (event) => dragged && event.preventDefault());
  };
  start();
  document.addEventListener("shown", start);
})();
