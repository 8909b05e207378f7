// What is told of one step, in the words of `interlock audit why`.

import { html, nothing } from "./lit-html.js";
import { ofCall } from "./words.js";

/** @param {string} name @param {unknown} value */
const row = (name, value) => html`<dt>${name}</dt><dd>${value}</dd>`;
/** @param {string} text */
const sealed = (text) => html`<span class="sealed">${text}</span>`;
/** @param {string[]} texts */
const lines = (texts) => texts.map((text) => html`<div>${text}</div>`);

/** The card of a step. @param {any} step @param {any} card its verdict, if it is one @param {string} place */
export function cardOf(step, card, place) {
  return card ? verdict(step, card, place) : plain(step, place);
}

/** @param {any} step @param {string} place */
function plain(step, place) {
  return html`<header><h2 id="card-title">${step.title}</h2><span class="r">${place}</span></header>
    <div class="in"><dl class="kv">${step.note ? row("On record", step.note) : nothing}${row("At", ofCall(step.t))}${row("Kind", html`<span class="mono">${step.kind}</span>`)}</dl></div>`;
}

/** @param {any} step @param {any} card @param {string} place */
function verdict(step, card, place) {
  const sign = card.accepted ? html`<b class="yes">✓ Accepted</b>` : html`<b class="no">✕ Refused</b>`;
  const moved = card.accepted ? `, from ${card.before} to ${card.after}` : `, still in ${card.before}`;
  return html`<header>${sign}<h2 id="card-title">${card.event}, asked for by ${card.by}</h2><span class="r">${place}</span></header>
    <div class="in" data-turn=${card.turn}>
      <dl class="kv">
        ${row("Was said", html`${sealed("the words, sealed")}${lines(card.led_up)}`)}
        ${row("Was proposed", html`${card.event}, with ${sealed("arguments, sealed")}`)}
        ${row("Was decided", html`<b>${card.verdict}</b>${moved}; decided and on disk at ${ofCall(step.t)}`)}
        ${card.handoff ? row("Handed over", `${card.handoff[0]} to ${card.handoff[1]}`) : nothing}
        ${card.reason ? row(`${capital(card.by)} was told`, card.reason) : nothing}
        ${card.consent ? row("The caller's yes", card.consent) : nothing}
        ${row("Could have asked", card.offered.join(", ") || "nothing")}
        ${card.then.length ? row("After it", lines(card.then)) : nothing}
      </dl>
    </div>
    ${card.guards.length ? guards(card.guards) : html`<p class="in soft">No guard was asked.</p>`}`;
}

/** @param {any[]} all */
function guards(all) {
  return html`<table>
    <thead><tr><th><span class="sr">sign</span></th><th>What each guard said</th><th>What it looks at, sealed</th></tr></thead>
    <tbody>
      ${all.map(
        (its) => html`<tr data-guard=${its.name}>
          <td class=${its.held ? "yes" : "no"}>${its.held ? "✓" : "✕"} <span class="sr">${said(its)}</span></td>
          <td>${its.sentence}<div class="mono soft">${its.name}${its.error ? html` <span class="bad">${its.error}</span>` : nothing}</div></td>
          <td>${its.saw.length ? its.saw.map(saw) : sealed("sealed")}</td>
        </tr>`,
      )}
    </tbody>
  </table>`;
}

/** @param {any} its */
const said = (its) => (its.error ? "could not be checked" : its.held ? "held" : "did not hold");
/** @param {{names: string[], by: string}} group */
const saw = (group) => html`<div>${group.names.map(sealed)}<div class="soft">${group.by || "not known yet"}</div></div>`;
/** @param {string} text */
const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);
