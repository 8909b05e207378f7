// Calls: every call, by filters that stand in the address, with bars by hour or day.

import { ask, keys, says, stands } from "./frame.js";
import { html, nothing, render, svg } from "./lit-html.js";
import { day, many, short, span, utc } from "./words.js";

const main = /** @type {HTMLElement} */ (document.getElementById("main"));
const PAGE = 100;
const AGAIN_MS = 2000;
const SINCE = [["1h", "last hour"], ["24h", "last 24 hours"], ["7d", "last 7 days"], ["28d", "last 28 days"]];
const YES_NO = [["yes", "yes"], ["no", "no"]];
/** Each filter a page offers: its name in the address, in words, and its values, or how one is written. */
const OFFERED = {
  flow: ["Flow", "flow"],
  since: ["Began in the", SINCE],
  ended: ["How it ended", "ended"],
  place: ["Last in", "place"],
  asked: ["Asked for", "asked"],
  refused_by: ["Refused by", "refused_by"],
  trouble: ["Trouble", "trouble"],
  person: ["A person was asked for", YES_NO],
  erased: ["Personal data erased", YES_NO],
  slower: ["An answer slower than", [["1", "1 s"], ["2", "2 s"], ["5", "5 s"]]],
};

/** @type {any} */ let data = null;
/** @type {any} */ let offered = null;
/** @type {any[]} */ let rows = [];
let said = "";
let chosen = -1;
let adding = "";
let copied = "";
let showing = false;
/** @type {[number, number] | null} */ let drag = null;

const filters = () => [...new URLSearchParams(location.search)];
/** @param {string[][]} to */
function go(to) {
  history.pushState(null, "", to.length ? `?${new URLSearchParams(to)}` : location.pathname);
  chosen = -1;
  return load();
}
/** @param {string} name @param {string} value */
const add = (name, value) => go([...filters().filter(([its]) => its !== name || name === "asked" || name === "refused_by"), [name, value]]);
/** @param {number} at */
const without = (at) => go(filters().filter((_, n) => n !== at));

async function load(older = null) {
  const asked = new URLSearchParams(filters());
  if (older !== null) asked.set("before", older);
  const answer = await ask(`/api/calls?${asked}`);
  said = answer.said;
  stands(answer.status === 0 || answer.status === 503 ? "lost" : "still");
  if (answer.status === 200) {
    rows = older === null ? answer.data.calls : [...rows, ...answer.data.calls];
    data = answer.data;
  }
  draw();
  const building = answer.status === 200 && !data.index.whole;
  if (answer.status === 0 || answer.status === 503 || (building && older === null && rows.length <= PAGE)) setTimeout(load, AGAIN_MS);
}

function draw() {
  if (!data) return render(said ? says(said) : nothing, main);
  const asked = filters();
  render(
    html`<div class="filters">
        <h1>Calls</h1>
        <form @submit=${byId}><input name="call" aria-label="Call id" placeholder="call id" size="18" autocomplete="off" /></form>
        <button aria-expanded=${String(showing)} @click=${offer}>+ filter</button>
        ${data.chips.map((/** @type {string} */ words, /** @type {number} */ n) => html`<span class="chip" data-filter=${asked[n]?.[0]}>${words}<button aria-label="Take out: ${words}" @click=${() => without(n)}>×</button></span>`)}
      </div>
      ${showing ? menu() : nothing}
      <p class="soft" id="sums" role="status">
        ${data.count.toLocaleString("en")} of ${many(data.all, "call")} · ${data.ms} ms
        <span class="pill">the address of this page keeps the filter</span>
        ${data.index.whole ? nothing : html`<span class="pill">the index is being built: the newest ${data.index.newest.toLocaleString("en")} of ${many(data.index.calls, "call")} are counted</span>`}
      </p>
      ${said ? says(said) : nothing} ${data.count ? found() : none(asked)}`,
    main,
  );
  return undefined;
}

function found() {
  return html`${bars()}
    <section class="card gap" aria-label="The calls that fit"><div class="wide" tabindex="0" role="group" aria-label="Table of calls"><table>
      <thead>
        <tr><th class="num">began ▾</th><th>call</th><th>flow, version</th><th>last in</th><th>how it ended</th><th class="num">length</th><th class="num">accepted</th><th class="num">refused</th><th class="num">slowest answer</th><th><span class="sr">what else</span></th></tr>
      </thead>
      <tbody id="calls">${rows.map(row)}</tbody>
    </table></div></section>
    <div class="filters">
      ${data.older !== null ? html`<button @click=${() => load(data.older)}>Older ↓</button>` : nothing}
      <span class="soft">${PAGE} a page; J and K move, Enter opens</span>
      <button @click=${copy}>Copy as a command</button><span class="mono soft" id="command">${data.command}</span><span class="soft" role="status">${copied}</span>
    </div>`;
}

async function copy() {
  await navigator.clipboard.writeText(data.command).then(
    () => (copied = "Copied."),
    () => (copied = ""),
  );
  draw();
}

/** @param {any} call @param {number} n */
function row(call, n) {
  return html`<tr class=${n === chosen ? "sel" : ""} data-call=${call.c}>
    <td class="num"><time title=${utc(call.began * 1000)}>${day(call.began * 1000)}</time></td>
    <td><a class="mono" href="/calls/${encodeURIComponent(call.c)}">${short(call.c)}</a></td>
    <td>${call.flow}</td><td>${call.place}</td><td>${call.how}</td>
    <td class="num">${call.length === null ? "–" : span(call.length)}</td>
    <td class="num ${call.accepted ? "yes" : "soft"}">${call.accepted ? "✓ " : ""}${call.accepted}</td>
    <td class="num ${call.refused ? "no" : "soft"}">${call.refused ? "✕ " : ""}${call.refused}</td>
    <td class="num">${call.slowest === null ? "–" : `${(call.slowest / 1000).toFixed(1)} s`}</td>
    <td>
      ${call.trouble.map((/** @type {string} */ words) => html`<span class="pill bad">trouble: ${words}</span> `)}
      ${call.person ? html`<span class="pill">a person was asked for</span> ` : nothing}
      ${call.erased ? html`<span class="pill seal">personal data erased</span>` : nothing}
    </td>
  </tr>`;
}

/** @param {string[][]} asked */
function none(asked) {
  if (!asked.length) return html`<p><b>No calls yet.</b> Make one: <span class="mono">make demo</span> plays a spoken call, <span class="mono">make dev</span> lets you be the caller.</p>`;
  const most = Math.max(...data.without);
  const at = data.without.indexOf(most);
  const all = asked.length === 1 ? "this filter" : asked.length === 2 ? "both filters" : `all ${asked.length} filters`;
  return html`<p><b>No call fits ${all}.</b>
    ${most ? html` ${many(most, "call")} ${most === 1 ? "fits" : "fit"} without “${data.chips[at]}”. <button @click=${() => without(at)}>Take that filter out</button>` : html` None fits without any single one of them either. <button @click=${() => go([])}>Take all filters out</button>`}
  </p>`;
}

const STEP = { hour: 3600, day: 86400 };
const HIGH = 90;

function bars() {
  const step = STEP[/** @type {"hour" | "day"} */ (data.by)];
  const all = data.bars;
  if (!all.length) return nothing;
  const first = all[0][0];
  const count = Math.round((all.at(-1)[0] - first) / step) + 1;
  const top = Math.max(...all.map((/** @type {number[]} */ bar) => bar[1]));
  const wide = 1000 / Math.max(count, 24);
  const high = (/** @type {number} */ calls) => (calls / top) * HIGH;
  const says = `${many(data.count, "call")} by the ${data.by}, at most ${top} in one`;
  const at = (/** @type {PointerEvent} */ event) => {
    const box = /** @type {Element} */ (event.currentTarget).getBoundingClientRect();
    return Math.min(count - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * (1000 / wide))));
  };
  const narrowed = (/** @type {PointerEvent} */ event) => {
    if (!drag) return;
    const [from, to] = [Math.min(drag[0], at(event)), Math.max(drag[0], at(event))];
    drag = null;
    const time = (/** @type {number} */ n) => new Date((first + n * step) * 1000).toISOString().slice(0, 19) + "Z";
    go([...filters().filter(([name]) => name !== "since" && name !== "until"), ["since", time(from)], ["until", time(to + 1)]]);
  };
  return html`<section class="card" aria-labelledby="bars-title">
    <header><h2 id="bars-title">By the ${data.by}</h2><span class="r">blue: calls, orange: of these with a refusal. Drag to narrow.</span></header>
    <div class="in">${svg`<svg class="bars" viewBox="0 0 1000 100" preserveAspectRatio="none" role="img" aria-label=${says}
      @pointerdown=${(/** @type {PointerEvent} */ event) => ((drag = [at(event), at(event)]), draw())}
      @pointermove=${(/** @type {PointerEvent} */ event) => drag && ((drag = [drag[0], at(event)]), draw())} @pointerup=${narrowed} @pointerleave=${() => drag && ((drag = null), draw())}>
      ${drag ? svg`<rect class="drag" x=${Math.min(...drag) * wide} y="0" width=${(Math.abs(drag[1] - drag[0]) + 1) * wide} height="100"></rect>` : nothing}
      ${all.map(([when, calls, refused]) => {
        const x = Math.round((when - first) / step) * wide;
        return svg`<g><title>${day(when * 1000)}: ${many(calls, "call")}, ${refused} with a refusal</title><rect x=${x + wide * 0.1} y=${98 - high(calls)} width=${wide * 0.8} height=${high(calls)}></rect><rect class="refused" x=${x + wide * 0.1} y=${98 - high(refused)} width=${wide * 0.8} height=${high(refused)}></rect></g>`;
      })}
    </svg>`}</div>
  </section>`;
}

async function offer() {
  showing = !showing;
  adding = "";
  if (showing) {
    const flow = new URLSearchParams(location.search).get("flow") ?? "";
    offered = (await ask(`/api/filters?flow=${encodeURIComponent(flow)}`)).data;
  }
  draw();
}

function menu() {
  const [, values] = OFFERED[/** @type {keyof typeof OFFERED} */ (adding)] ?? ["", []];
  const listed = values instanceof Array ? values : (offered?.[values] ?? []);
  const add_ = (/** @type {any} */ event) => {
    showing = false;
    add(adding, event.target.value);
  };
  return html`<div class="filters gap" role="group" aria-label="A filter to add">
    <select aria-label="Which filter" id="which" @change=${(/** @type {any} */ event) => ((adding = event.target.value), draw())}>
      <option value="">which filter …</option>
      ${Object.entries(OFFERED).map(([name, [words]]) => html`<option value=${name} ?selected=${name === adding}>${words}</option>`)}
    </select>
    ${adding ? html`<select aria-label="Which value" id="value" @change=${add_}><option value="">${listed.length ? "which …" : "there is none"}</option>${listed.map((/** @type {string[]} */ [value, words]) => html`<option value=${value}>${words}</option>`)}</select>` : nothing}
  </div>`;
}

/** @param {SubmitEvent} event */
function byId(event) {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.target);
  const id = String(new FormData(form).get("call")).trim();
  form.reset();
  if (id) add("call", id.startsWith("call-") ? id : `call-${id}`);
}

/** @param {number} by */
function move(by) {
  if (!rows.length) return;
  chosen = Math.min(rows.length - 1, Math.max(0, chosen + by));
  draw();
  document.querySelector("tr.sel")?.scrollIntoView({ block: "nearest" });
}

keys({
  j: ["the next call", () => move(1)],
  k: ["the call before", () => move(-1)],
  Enter: ["open the call", () => chosen >= 0 && location.assign(`/calls/${encodeURIComponent(rows[chosen].c)}`)],
});
addEventListener("popstate", () => load());
stands("still");
load();
