// Keeps a page true: the same page is fetched again, and what changed is put in its place.
// Without this script the page is what it was when it was made.

const root = document.documentElement;
root.classList.add("scripted");

// --- moments: in the reader's zone, and ever true ---

const UNITS = root.dataset.units.split(" ");
const SIZES = [86400, 3600, 60, 1];
const LOCALE = navigator.languages.find((one) => one.split("-")[0] === root.lang) || root.lang;
export const CLOCK = new Intl.DateTimeFormat(LOCALE, { timeStyle: "medium", hourCycle: "h23" });
export const SHORT = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
export const DAY = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short" });
export const STAMP = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeStyle: "medium", hourCycle: "h23" });

export function rough(seconds) {
  let left = Math.max(0, Math.round(seconds));
  const parts = [];
  for (let i = 0; i < SIZES.length; i++) {
    const count = Math.floor(left / SIZES[i]);
    left -= count * SIZES[i];
    if (count || (i === 3 && !parts.length)) parts.push(`${count}\u00a0${UNITS[i]}`);
    else if (parts.length) break;
  }
  return parts.slice(0, 2).join("\u00a0");
}

let ahead = 0; // how far the server's clock is ahead of this one, in milliseconds

function tell(element) {
  const at = Date.parse(element.dateTime);
  const how = element.dataset.as;
  const past = (Date.now() + ahead - at) / 1000;
  let text;
  if (how === "due" && past > -0.5) text = root.dataset.now;
  else if (how === "ago" || how === "due") {
    const form = past < 0 ? root.dataset.in : root.dataset.ago;
    text = form.replace("{time}", rough(Math.abs(past)));
  } else if (how === "span") text = rough(Math.abs(past));
  else if (how === "clock") {
    const today = new Date().toDateString() === new Date(at).toDateString();
    text = (today ? CLOCK : STAMP).format(at);
  } else text = STAMP.format(at);
  if (element.textContent !== text) element.textContent = text;
  element.title = `${STAMP.format(at)} · ${new Date(at).toISOString().replace("T", " ").slice(0, 19)} UTC`;
}

export function tellTimes(within = document) {
  for (const element of within.querySelectorAll("time[data-as]")) tell(element);
}

function tick() {
  for (const element of document.querySelectorAll('time[data-as="ago"], time[data-as="due"], time[data-as="span"]')) tell(element);
}

// --- putting what changed in its place ---

function same(a, b) {
  return a.nodeType === b.nodeType && a.nodeName === b.nodeName && (a.id || "") === (b.id || "");
}

function isKept(node) {
  return node?.nodeType === Node.ELEMENT_NODE && node.hasAttribute("data-keep");
}

function morph(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    return;
  }
  if (old.hasAttribute("data-keep") || old.isEqualNode(fresh)) return;
  if (old.nodeName === "TIME") {
    if (old.dateTime !== fresh.dateTime || old.dataset.as !== fresh.dataset.as) {
      old.dateTime = fresh.dateTime;
      old.dataset.as = fresh.dataset.as;
      tell(old);
    }
    return;
  }
  for (const { name, value } of fresh.attributes)
    if (old.getAttribute(name) !== value && !(name === "class" && old.dataset.ownClass)) old.setAttribute(name, value);
  for (const { name } of [...old.attributes])
    if (!fresh.hasAttribute(name) && name !== "open" && !name.startsWith("data-own")) old.removeAttribute(name);
  morphChildren(old, fresh);
}

function morphChildren(old, fresh) {
  const known = new Map();
  for (const child of old.children) if (child.id) known.set(child.id, child);
  let place = old.firstChild;
  const coming = new Set([...fresh.children].map((one) => one.id));
  for (const wanted of [...fresh.childNodes]) {
    let match = null;
    while (isKept(place) && !coming.has(place.id)) place = place.nextSibling; // it stays where it is
    if (wanted.id && known.has(wanted.id)) match = known.get(wanted.id);
    else if (place && same(place, wanted)) match = place;
    if (match) {
      if (match === place) place = place.nextSibling;
      else old.insertBefore(match, place);
      morph(match, wanted);
    } else {
      old.insertBefore(document.importNode(wanted, true), place);
    }
  }
  while (place) {
    const next = place.nextSibling;
    if (!isKept(place)) place.remove();
    place = next;
  }
}

let running = null;

export async function refresh(url = location.href) {
  running?.abort();
  const mine = (running = new AbortController());
  let answer;
  try {
    answer = await fetch(url, { signal: mine.signal, headers: { Accept: "text/html" }, credentials: "same-origin" });
  } catch (error) {
    if (error.name !== "AbortError") root.dataset.lost = "";
    return false;
  }
  if (answer.redirected && new URL(answer.url).pathname !== new URL(url, location.href).pathname) {
    location.reload();
    return false;
  }
  if (!answer.ok) {
    root.dataset.lost = "";
    return false;
  }
  let text;
  try {
    text = await answer.text();
  } catch {
    return false; // somebody asked anew
  }
  if (mine.signal.aborted) return false;
  delete root.dataset.lost;
  const date = answer.headers.get("date");
  if (date) {
    const drift = Date.parse(date) - Date.now();
    ahead = Math.abs(drift) > 3000 ? drift : 0;
  }
  const page = new DOMParser().parseFromString(text, "text/html");
  for (const id of ["main", "top", "news"]) {
    const old = document.getElementById(id);
    const fresh = page.getElementById(id);
    if (old && fresh) morph(old, fresh);
  }
  const icon = page.querySelector('link[rel="icon"]');
  if (icon) document.querySelector('link[rel="icon"]').href = icon.getAttribute("href");
  document.title = page.title;
  tellTimes();
  document.dispatchEvent(new CustomEvent("refreshed"));
  return true;
}

// --- when ---

const EVERY_MS = Number(document.body.dataset.every || 5) * 1000;
const SOON_MS = 400;
let soon = 0;

function hint() {
  if (!soon && !document.hidden)
    soon = setTimeout(() => {
      soon = 0;
      refresh();
    }, SOON_MS);
}

function listen() {
  if (!("EventSource" in window)) return;
  const events = new EventSource(`/api/v1/events${document.body.dataset.events}`);
  for (const name of ["status", "task", "incident", "alerting", "look", "reset"]) events.addEventListener(name, hint);
  events.onerror = () => {
    if (events.readyState === EventSource.CLOSED) events.close(); // the poll goes on without it
  };
}

const address = new URL(location.href);
if (address.searchParams.has("done")) {
  address.searchParams.delete("done"); // what was done is said once
  history.replaceState(null, "", address);
}
if (!document.body.hasAttribute("data-still")) {
  setInterval(() => document.hidden || refresh(), EVERY_MS);
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
  listen();
}
document.querySelector(".nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
setInterval(tick, 1000);
tellTimes();
const zone = document.querySelector("[data-zone]");
if (zone) zone.textContent = Intl.DateTimeFormat().resolvedOptions().timeZone;
