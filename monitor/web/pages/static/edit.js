// The form says what is wrong as one types; the server judges, in the words of the command line.

const form = document.getElementById("edit");
let asking = null;

async function ask(what) {
  asking?.abort();
  const mine = (asking = new AbortController());
  const body = new URLSearchParams(new FormData(form));
  body.set("do", what);
  let text;
  try {
    const answer = await fetch(form.action, { method: "POST", body, signal: mine.signal, headers: { Accept: "text/html" } });
    text = await answer.text();
  } catch {
    return; // somebody types on
  }
  const page = new DOMParser().parseFromString(text, "text/html");
  if (mine.signal.aborted) return;
  take(page, what);
}

function take(page, what) {
  for (const old of form.querySelectorAll(".wrong")) {
    const fresh = page.getElementById(old.id);
    if (!fresh) continue;
    const field = form.elements.namedItem(old.id.replace("wrong-", ""));
    const untouched = field && !touched.has(field.name) && what !== "look";
    old.hidden = fresh.hidden || (untouched && old.id !== "wrong-all");
    old.replaceChildren(...fresh.childNodes);
    if (field instanceof HTMLElement) field.toggleAttribute("aria-invalid", !old.hidden);
  }
  const all = document.getElementById("wrong-all");
  if (what !== "look" && all) all.hidden = true;
  for (const id of ["kind", ...(what === "look" ? ["trial"] : [])]) {
    const fresh = page.getElementById(id);
    if (fresh) document.getElementById(id).replaceChildren(...fresh.childNodes);
  }
  const options = document.getElementById("options");
  const fresh = page.getElementById("options");
  if (fresh && options.querySelector("h2").textContent !== fresh.querySelector("h2").textContent) {
    options.replaceChildren(...fresh.childNodes);
  }
}

const touched = new Set();
let waiting = 0;

form.addEventListener("input", (event) => {
  touched.add(event.target.name);
  clearTimeout(waiting);
  waiting = setTimeout(() => ask("check"), 250);
});

// What is said of a field moves what stands below it, a button that is just being pressed too.
form.addEventListener("pointerdown", (event) => {
  if (!event.target.closest("button")) return;
  clearTimeout(waiting);
  asking?.abort();
});

form.addEventListener("submit", (event) => {
  if (event.submitter?.value !== "look") return;
  event.preventDefault();
  const trial = document.getElementById("trial");
  trial.setAttribute("aria-busy", "true");
  ask("look").finally(() => trial.removeAttribute("aria-busy"));
});
