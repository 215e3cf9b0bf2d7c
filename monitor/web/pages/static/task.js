// A task's page: times of the picture in the reader's zone, and TOML into the clipboard.

import { CLOCK, DAY, SHORT, STAMP } from "./live.js";

function localize() {
  for (const text of document.querySelectorAll("text[data-tick]")) {
    const form = [DAY, SHORT, CLOCK][text.textContent.split(":").length - 1];
    text.textContent = form.format(new Date(text.dataset.tick));
  }
  for (const rect of document.querySelectorAll("rect[data-at]")) {
    const title = rect.querySelector("title");
    if (title) title.textContent = title.textContent.replace(/^[^·]+/, `${STAMP.format(new Date(rect.dataset.at))} `);
  }
}
localize();
document.addEventListener("refreshed", localize);

document.addEventListener("pointerover", (event) => {
  const readout = document.querySelector(".readout");
  if (!readout) return;
  const hit = event.target.closest?.(".plot .hit");
  readout.textContent = hit ? hit.querySelector("title").textContent : "";
});

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-copy]");
  if (!link || !navigator.clipboard || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const answer = await fetch(link.href);
  if (!answer.ok) {
    location.href = link.href;
    return;
  }
  await navigator.clipboard.writeText(await answer.text());
  const said = link.querySelector("[data-copied]");
  const before = said.textContent;
  said.textContent = said.dataset.copied;
  setTimeout(() => (said.textContent = before), 1500);
});
