// Answers with keys, where a reviewer wants them: off until switched on, and never while something is typed.
(() => {
  "use strict";
  const KEYS = { i: "inflated", g: "genuine", u: "unsure", s: "skip" };
  const form = document.querySelector("form.label");
  const box = document.getElementById("use-keys");
  if (!form || !box) return;
  const show = () => form.querySelectorAll("kbd").forEach((one) => { one.hidden = !box.checked; });
  box.checked = localStorage.getItem("answer-with-keys") === "yes";
  document.getElementById("keys").hidden = false;
  show();
  box.addEventListener("change", () => {
    localStorage.setItem("answer-with-keys", box.checked ? "yes" : "no");
    show();
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && event.target.matches("input:not([type=radio]):not([type=checkbox]), textarea, select");
    if (!box.checked || typing || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    const button = form.querySelector(`button[value="${KEYS[event.key.toLowerCase()] || "none"}"]`);
    if (button) {
      event.preventDefault();
      button.click();
    }
  });
})();
