// Keys: what bears one is pressed by it; they can be switched off, for those who speak to their machine.

const root = document.documentElement;
const NAME = "monitor.keys";
const PATIENCE_MS = 1500; // between `g` and the letter of a page

function areOff() {
  try {
    return localStorage.getItem(NAME) === "off";
  } catch {
    return false; // no storage, no memory
  }
}

// Return the key of an event that is meant for us; none while somebody types.
export function keyOf(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || areOff()) return "";
  if (event.target.closest("input:not([type=checkbox]), textarea, select, dialog")) return "";
  return latin(event);
}

// The same keys where other letters are on them: j is where Russians have о, / where they have a dot.
function latin({ key, code, shiftKey }) {
  if (code === "Slash" && (key === "." || key === ",")) return shiftKey ? "?" : "/";
  if (key.length === 1 && key > "~" && /^Key[A-Z]$/.test(code)) return code[3].toLowerCase();
  return key;
}

function press(selector) {
  const found = [...document.querySelectorAll(selector)].find((one) => one.checkVisibility());
  if (!found) return false;
  if (found.matches("input")) found.focus();
  else found.click();
  return true;
}

const dialog = document.getElementById("keys");
let going = -Infinity;

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.matches("input, textarea, select")) event.target.blur();
  const key = keyOf(event);
  if (!key) return;
  const name = CSS.escape(key);
  const goes = event.timeStamp - going < PATIENCE_MS;
  going = key === "g" ? event.timeStamp : -Infinity;
  if (key === "?") dialog?.showModal();
  else if (key === "g" || !press(goes ? `[data-go="${name}"]` : `[data-key="${name}"]`)) return;
  event.preventDefault();
});

const box = document.getElementById("keys-work");
if (box) {
  box.checked = !areOff();
  box.addEventListener("change", () => {
    try {
      if (box.checked) localStorage.removeItem(NAME);
      else localStorage.setItem(NAME, "off");
    } catch {
      box.checked = true;
    }
  });
}
document.getElementById("show-keys")?.addEventListener("click", () => dialog?.showModal());
root.classList.add("keyed");
