// The list reacts as one types, and obeys keys.

import { keyOf } from "./keys.js";
import { refresh } from "./live.js";

const finder = document.getElementById("finder");

// --- search ---

const FIELDS = { q: "", tag: "", group: "", kind: "", sort: "trouble" };

function wanted() {
  const query = new URLSearchParams();
  for (const [name, usual] of Object.entries(FIELDS)) {
    const value = finder.elements[name]?.value;
    if (value && value !== usual) query.append(name, value);
  }
  const now = new URLSearchParams(location.search); // what no field says
  for (const name of ["status", "size"]) for (const value of now.getAll(name)) query.append(name, value);
  const text = query.toString();
  return text ? `/?${text}` : "/";
}

const PAUSE_MS = 40; // between two keys: the first is answered at once
let waiting = 0;
let found = 0;

function find() {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    found = performance.now();
    history.replaceState(null, "", wanted());
    refresh();
  }, found + PAUSE_MS - performance.now());
}

function fill() {
  const now = new URLSearchParams(location.search);
  for (const [name, usual] of Object.entries(FIELDS)) {
    const field = finder.elements[name];
    if (field) field.value = now.get(name) ?? usual;
  }
}

if (finder) {
  finder.addEventListener("input", find);
  finder.addEventListener("submit", (event) => {
    event.preventDefault();
    find();
  });
  document.addEventListener("click", (event) => {
    // Another view of the list is put in the place of this one; the page stays.
    const link = event.target.closest("#main a");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (link.origin !== location.origin || link.pathname !== "/") return;
    event.preventDefault();
    clearTimeout(waiting);
    history.pushState(null, "", link.href);
    fill();
    refresh().then((done) => done && link.closest("#pager") && document.getElementById("list").scrollIntoView({ block: "nearest" }));
  });
  addEventListener("popstate", () => {
    fill();
    refresh();
  });
}

// --- which are chosen ---

const bulk = document.getElementById("bulk");

function boxes() {
  return [...document.querySelectorAll('#rows input[name="task"]')];
}

function showChosen() {
  const bar = document.getElementById("bulkbar");
  if (!bar) return;
  const chosen = boxes().filter((box) => box.checked).length;
  bar.dataset.ownClass = "";
  bar.classList.toggle("some", chosen > 0);
  const every = document.getElementById("pick-every");
  if (every && !chosen) every.checked = false; // what cannot be seen is not chosen
  const all = document.getElementById("pick-all");
  if (all) {
    all.checked = chosen > 0 && chosen === boxes().length;
    all.indeterminate = chosen > 0 && !all.checked;
  }
}

bulk?.addEventListener("change", (event) => {
  const { id, checked } = event.target;
  const every = document.getElementById("pick-every");
  if (id === "pick-all" || (id === "pick-every" && checked)) for (const box of boxes()) box.checked = checked;
  else if (!checked && every) every.checked = false; // one less is not all
  showChosen();
});
document.addEventListener("refreshed", () => {
  showChosen();
  mark();
});
showChosen();

// --- a row is as good as its link ---

document.addEventListener("click", (event) => {
  const row = event.target.closest("#rows > tr");
  if (!row || event.target.closest("a, label, input, button") || getSelection().toString()) return;
  if (event.ctrlKey || event.metaKey) window.open(row.dataset.href);
  else location.href = row.dataset.href;
});

// --- keys ---

let here = null; // the id of the row we stand on

function rows() {
  return [...document.querySelectorAll("#rows > tr")];
}

function mark() {
  for (const row of rows()) {
    row.classList.toggle("here", row.id === here);
  }
}

function go(step) {
  const all = rows();
  if (!all.length) return;
  let index = all.findIndex((row) => row.id === here);
  index = index < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, index + step));
  here = all[index].id;
  mark();
  all[index].scrollIntoView({ block: "nearest" });
  all[index].querySelector("a.name").focus({ preventScroll: true });
}

document.addEventListener("keydown", (event) => {
  const key = keyOf(event);
  const row = here && document.getElementById(here);
  if (key === "j") go(1);
  else if (key === "k") go(-1);
  else if (key === "x" && row) {
    const box = row.querySelector('input[name="task"]');
    if (box) box.checked = !box.checked;
    showChosen();
  } else if (key === "Enter" && row && event.target === document.body) location.href = row.dataset.href;
});
