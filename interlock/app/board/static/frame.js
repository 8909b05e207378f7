// What every page has: the header's right side, asking the server, keys and their list.

import { html, nothing, render } from "./lit-html.js";
import { clock } from "./words.js";

const standing = /** @type {HTMLElement} */ (document.getElementById("standing"));
/** When the connection was lost; null while it is there. @type {Date | null} */
let lostSince = null;
let shown = "";
document.getElementById("waits")?.remove();

/**
 * Say how the page stands to the record.
 * @param {"still" | "live" | "lost"} how a page of what is over, one that follows, one that has lost its server
 * @param {string} behind how far behind a live page is, in words
 */
export function stands(how, behind = "") {
  lostSince = how === "lost" ? (lostSince ?? new Date()) : null;
  const says = how === "lost" ? `Not live since ${clock(/** @type {Date} */ (lostSince))}, trying again` : `Live${behind ? `, ${behind} behind` : ""}`;
  if (`${how}${says}` === shown) return;
  shown = `${how}${says}`;
  const dot = html`<span class="dot ${how === "lost" ? "off" : ""}"></span>`;
  render(
    html`${how === "still" ? nothing : html`<span id="live" class=${how === "lost" ? "bad" : ""}>${dot}${says}</span>`}<span
        >this machine, may watch</span
      >`,
    standing,
  );
}

/**
 * What the server has at an address of ours. `said` is why there is nothing.
 * @param {string} path
 * @returns {Promise<{status: number, data: any, said: string}>}
 */
export async function ask(path) {
  try {
    const answer = await fetch(path, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    const data = await answer.json();
    return { status: answer.status, data, said: answer.ok ? "" : data.said };
  } catch {
    return { status: 0, data: null, said: "The board does not answer: it was ended, or this machine sleeps. Calls go on without it." };
  }
}

/** A sentence in place of a page. @param {string} said @param {string} kind */
export const says = (said, kind = "bad") => html`<p class="note ${kind}" role="status">${said}</p>`;

/**
 * Hear keys, but not where somebody types or chooses.
 * @param {Record<string, [string, () => void]>} keys what each does, in words
 */
export function keys(keys) {
  const list = /** @type {HTMLDialogElement} */ (document.createElement("dialog"));
  list.setAttribute("aria-label", "Keys");
  document.body.append(list);
  const all = { ...keys, "?": ["this list", () => list.showModal()] };
  const named = Object.entries(all).map(([key, [does]]) => html`<dt class="mono">${key === " " ? "Space" : key}</dt><dd>${does}</dd>`);
  render(html`<h2>Keys</h2><dl class="kv gap">${named}</dl><form method="dialog"><button>Close</button></form>`, list);
  document.addEventListener("keydown", (event) => {
    const at = /** @type {HTMLElement} */ (event.target);
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const its = /** @type {Record<string, [string, () => void]>} */ (all)[key];
    if (!its || event.ctrlKey || event.metaKey || event.altKey || at.closest("input, select, textarea, dialog[open]")) return;
    if ((key === " " || key === "Enter") && at.closest("button:not(.step), a, [role=button]")) return;
    event.preventDefault();
    its[1]();
  });
}
