// Now: the picture of a flow with its calls in it, verdicts as they fall, and the calls under way.

import { ask, keys, stands } from "./frame.js";
import { follow } from "./live.js";
import { html, nothing, render } from "./lit-html.js";
import { pictureOf } from "./picture.js";
import { clock, many, roughly, short, span, utc } from "./words.js";

const main = /** @type {HTMLElement} */ (document.getElementById("main"));
const LIT_MS = 1200;
const DRAW_MS = 150; // the lists are drawn so often at most
const SHOWN = 40; // verdicts in the list
const A_SECOND = 20; // verdicts that come into the list; of the others it is said how many there were
const MOST_CALLS = 100;
const PERSON = "person";
const KINDS = {
  unknown_event: "The machine knows no such step.",
  not_from_here: "There is no such way from here.",
  stale: "The call had moved on since it was offered.",
  terminated: "The call was over.",
  not_yours: "This proposer may not ask for it.",
};
const WHO = { "": "the agent", agent: "the agent", system: "our systems", operator: "an operator" };

/** @typedef {{c: string, f: string, v: number, s: string, t: number, d?: number, x?: number, run: number, last: number | null, at: number}} Call */
/** @typedef {any} Verdict a lean line, see `interlock/app/board/live.py` */

/** @type {Map<string, Call>} */ const calls = new Map();
/** @type {(Verdict | {more: number})[]} */ let fallen = [];
/** @type {Verdict[]} */ let waiting = [];
/** @type {Set<string>} */ const known = new Set();
/** @type {Record<string, number[]>} */ let minute = {};
/** @type {any} */ let last = null;
/** @type {{name: string, title: string, version: number}[]} */ let flows = [];
/** @type {Map<string, import("./picture.js").Picture | null>} */ const pictures = new Map();
let flow = new URLSearchParams(location.search).get("flow") ?? "";
let place = "";
let which = "all";
let paused = false;
let away = "";
let begun = false;
let zoom = 100;
let timer = 0;

const picture = () => pictures.get(flow) ?? null;
/** @param {string} state */
const placeWords = (state) => picture()?.data.places[state] ?? words(state);
/** @param {string} name */
const words = (name) => (name.startsWith("(") ? name : name.replaceAll("_", " ").trim().replace(/^./, (first) => first.toUpperCase()));
const under = () => [...calls.values()].filter((call) => call.f === flow);

/** Take a verdict in, once. @param {Verdict} line */
function take(line) {
  const key = `${line.c} ${line.q}`;
  if (known.has(key)) return;
  known.add(key);
  const call = calls.get(line.c);
  if (call && line.a) call.s = line.a;
  if (call) judged(call, line).at = Date.now();
  if (line.f === flow) waiting.push(line);
}

/** What the verdicts say of a call: the last one, and how many in a row were refused. @param {Call} call @param {Verdict} line */
function judged(call, line) {
  if (line.y === 2) return call;
  call.run = line.y ? 0 : call.run + 1;
  call.last = line.y;
  return call;
}

/** @param {any} data */
function changed(data) {
  for (const its of data.calls ?? []) calls.set(its.c, { run: 0, last: null, at: 0, ...calls.get(its.c), ...its });
  for (const line of data.lines ?? []) take(line);
  for (const id of data.over ?? []) calls.delete(id);
  if (data.minute) minute = data.minute;
  if (data.last) last = data.last;
  if (!data.away) soon();
}

/** @param {any} data */
function begin(data) {
  calls.clear();
  known.clear();
  fallen = [];
  waiting = [];
  for (const its of data.calls) calls.set(its.c, { run: 0, last: null, at: 0, ...its });
  for (const line of data.verdicts) {
    known.add(`${line.c} ${line.q}`);
    const call = calls.get(line.c);
    if (call) judged(call, line);
  }
  minute = data.minute;
  last = data.last ?? last;
  begun = true;
  if (!flow) choose(busiest(), false);
  fallen = data.verdicts.filter((/** @type {Verdict} */ line) => line.f === flow).reverse().slice(0, SHOWN);
  soon();
}

/** The flow with most calls under way, else the last call's, else the first. */
function busiest() {
  const count = (/** @type {string} */ name) => [...calls.values()].filter((call) => call.f === name).length;
  const named = [...flows.map((its) => its.name)].sort((one, other) => count(other) - count(one));
  return count(named[0]) || !last ? named[0] : flows.some((its) => its.name === last.f) ? last.f : named[0];
}

/** @param {string} name */
async function choose(name, kept = true) {
  flow = name;
  place = "";
  fallen = [];
  waiting = [];
  if (kept) history.replaceState(null, "", `?flow=${encodeURIComponent(name)}`);
  soon();
  if (!pictures.has(name)) {
    pictures.set(name, await pictureOf(name));
    const its = pictures.get(name);
    if (its) for (const state of Object.keys(its.data.places)) button(its, state);
    soon();
  }
}

/** A place one can choose, with a name that says how many calls are there. @param {import("./picture.js").Picture} its @param {string} state */
function button(its, state) {
  const group = its.place(state);
  if (!group || group.classList.contains("frame")) return;
  group.setAttribute("role", "button");
  group.setAttribute("tabindex", "0");
  const chosen = () => {
    place = place === state ? "" : state;
    draw();
  };
  group.addEventListener("click", chosen);
  group.addEventListener("keydown", (event) => {
    if (!["Enter", " "].includes(/** @type {KeyboardEvent} */ (event).key)) return;
    event.preventDefault();
    chosen();
  });
}

function soon() {
  timer ||= window.setTimeout(() => {
    timer = 0;
    fall();
    draw();
  }, DRAW_MS);
}

/** What fell since the last drawing comes into the list, and lights up. */
function fall() {
  const fresh = waiting;
  waiting = [];
  for (const line of fresh) light(line);
  if (paused) {
    held.push(...fresh);
    held.splice(0, held.length - SHOWN);
    return;
  }
  const since = Date.now() - 1000;
  listed = listed.filter((at) => at > since);
  const room = Math.max(1, A_SECOND - listed.length);
  const shown = fresh.slice(-room).reverse();
  listed.push(...shown.map(() => Date.now()));
  const more = fresh.length - shown.length;
  fallen = [...shown, ...(more ? [{ more }] : []), ...fallen].slice(0, SHOWN);
}
/** @type {Verdict[]} */ const held = [];
/** When the latest ones came into the list. @type {number[]} */ let listed = [];

/** @type {Map<string, number>} what is lit, until when */ const lit = new Map();
/** @param {Verdict} line */
function light(line) {
  const until = Date.now() + LIT_MS;
  if (line.y === 1 && line.w) lit.set(`way ${line.w}`, until);
  if (line.y === 0) lit.set(`no ${line.p} ${line.g || "no such way from here"}`, until);
  setTimeout(soon, LIT_MS + 20);
}

/** Badges and lights. @param {import("./picture.js").Picture} its */
function mark(its) {
  its.clear("lit-yes", "lit-no", "flash", "here", "chosen");
  const counts = new Map();
  for (const call of under()) counts.set(call.s, (counts.get(call.s) ?? 0) + 1);
  for (const [state, words] of Object.entries(its.data.places)) {
    const count = counts.get(state) ?? 0;
    if (count) its.badge(state, count);
    const group = its.place(state);
    if (group?.getAttribute("role") !== "button") continue;
    group.setAttribute("aria-label", `${words}, ${many(count, "call")}`);
    group.setAttribute("aria-pressed", String(state === place));
    if (state === place) group.classList.add("chosen");
  }
  for (const [what, until] of [...lit]) {
    if (until < Date.now()) {
      lit.delete(what);
      continue;
    }
    const [kind, name, ...why] = what.split(" ");
    if (kind === "way") its.markWay(name, "lit-yes", "flash");
    else {
      its.markPlace(name, "lit-no", "flash");
      its.tag(name, why.join(" "));
    }
  }
}

function draw() {
  if (!begun) return;
  const title = flows.find((its) => its.name === flow)?.title ?? words(flow);
  const [verdicts, refused] = minute[flow] ?? [0, 0];
  const many_ = under();
  render(
    html`${away ? html`<p class="note bad gap" role="alert"><b>The record cannot be read.</b> ${away}. Calls go on without this board. Trying again each second.</p>` : nothing}
      <div class="cols now">
        <section class="card" aria-labelledby="flow-title">
          <header>
            <h1 id="flow-title">${title}</h1>
            <span class="soft" id="sums">${many_.length} under way · ${many(verdicts, "verdict")} in the last minute, ${refused} refused</span>
            <span class="r"
              ><select aria-label="Flow" @change=${(/** @type {any} */ event) => choose(event.target.value)}>
                ${flows.map((its) => html`<option value=${its.name} ?selected=${its.name === flow}>${its.title} (${[...calls.values()].filter((call) => call.f === its.name).length})</option>`)}
              </select>
              <button aria-label="Smaller" @click=${() => scale(zoom - 25)}>−</button><button @click=${() => scale(100)}>Fit</button
              ><button aria-label="Larger" @click=${() => scale(zoom + 25)}>+</button></span
            >
          </header>
          ${many_.length ? nothing : html`<p class="in" role="status">${quiet()}</p>`}
          <div class="map in ${zoom === 100 ? "" : "zoomed"}" id="map" tabindex=${zoom === 100 ? nothing : 0}>${picture()?.svg ?? html`<p class="soft">${pictures.has(flow) ? "There is no picture of this flow." : "The picture is being drawn …"}</p>`}</div>
        </section>
        <div class="stack">${waits(many_)}${falls()}${underway(many_)}</div>
      </div>`,
    main,
  );
  const its = picture();
  if (its) mark(its);
}

function quiet() {
  if (!last) return html`<b>No calls yet.</b> Make one: <span class="mono">make demo</span> plays a spoken call, <span class="mono">make dev</span> lets you be the caller. It will show here as it runs.`;
  const ago = last.x ? html` The last one ended ${roughly(Math.max(0, (Date.now() - last.x) / 1000))} ago: <a class="mono" href="/calls/${encodeURIComponent(last.c)}">${short(last.c)}</a>.` : nothing;
  return html`<b>No call is under way.</b>${ago} This page shows the next one by itself.`;
}

/** @param {string} id */
const link = (id) => html`<a class="mono" href="/calls/${encodeURIComponent(id)}">${short(id)}</a>`;

/** @param {Call[]} all */
function waits(all) {
  const there = all.filter((call) => call.s === PERSON).sort((one, other) => one.t - other.t);
  if (!there.length) return nothing;
  return html`<section class="card" aria-labelledby="waits-title">
    <header><h2 id="waits-title">Waiting for a person</h2><span class="r">longest call first</span></header>
    <table><tbody>${there.map((call) => html`<tr><td>${link(call.c)}</td><td class="num">${span((Date.now() - call.t) / 1000)}</td></tr>`)}</tbody></table>
  </section>`;
}

/** @param {Verdict} line */
const fits = (line) => "more" in line || ((which === "all" || (which === "refused") === (line.y === 0)) && (!place || line.p === place || line.a === place));

function falls() {
  const shown = fallen.filter(fits);
  return html`<section class="card" aria-labelledby="falls-title">
    <header>
      <h2 id="falls-title">Verdicts as they fall${place ? ` · ${placeWords(place)}` : ""}</h2>
      <span class="r"
        ><button aria-pressed=${String(paused)} @click=${pause}>${paused ? `Go on${held.length ? ` (${held.length})` : ""}` : "Pause"}</button>
        <select aria-label="Which verdicts" @change=${(/** @type {any} */ event) => ((which = event.target.value), draw())}>
          ${["all", "accepted", "refused"].map((name) => html`<option ?selected=${name === which}>${name}</option>`)}
        </select></span
      >
    </header>
    <ol class="fall scrolls" id="fall" tabindex="0" aria-labelledby="falls-title">
      ${shown.length ? shown.map(item) : html`<li class="soft"><span></span><span></span><span>The next one shows here.</span></li>`}
    </ol>
  </section>`;
}

function pause() {
  paused = !paused;
  if (!paused) waiting.push(...held.splice(0));
  fall();
  draw();
}

/** @param {any} line */
function item(line) {
  if ("more" in line) return html`<li class="soft"><span></span><span></span><span>and ${line.more} more</span></li>`;
  const time = html`<time class="mono soft" title=${utc(line.t)}>${clock(line.t)}</time>`;
  if (line.y === 2) return html`<li data-key="${line.c} ${line.q}">${time}<span class="bad">!</span><span><b>Another worker took the call over</b> ${link(line.c)}<br /><span class="why">in ${placeWords(line.p)}</span></span></li>`;
  const sign = line.y ? html`<span class="yes">✓<span class="sr"> accepted</span></span>` : html`<span class="no">✕<span class="sr"> refused</span></span>`;
  const title = line.y ? `${placeWords(line.p)} → ${placeWords(line.a ?? "")}` : `${words(line.e)}, in ${placeWords(line.p ?? "")}`;
  return html`<li data-key="${line.c} ${line.q}" data-event=${line.e}>${time}${sign}<span><b>${title}</b> ${link(line.c)}<br /><span class="why">${why(line)}</span></span></li>`;
}

/** @param {any} line */
function why(line) {
  if (line.y) {
    const who = WHO[/** @type {keyof typeof WHO} */ (line.b ?? "")];
    return `${who} asked for ${words(line.e)}${line.n ? `; ${line.n[0]} of ${many(line.n[1], "guard")} held` : ""}`;
  }
  const [sentence, told] = picture()?.data.guards[line.g] ?? [line.g, ""];
  const because = line.g ? `${sentence.replace(/\.$/, "")}: ${line.k === "guard_error" ? "could not be checked" : "not so"}.` : (KINDS[/** @type {keyof typeof KINDS} */ (line.k)] ?? line.k ?? "");
  const reason = line.r ?? told;
  return `${because}${reason ? ` Told: ${reason}` : ""}`;
}

/** @param {Call[]} all */
function underway(all) {
  const there = all.filter((call) => !place || call.s === place).sort((one, other) => one.t - other.t);
  if (!there.length) return nothing;
  const lone = there.filter((call) => call.d === 0);
  return html`<section class="card" aria-labelledby="under-title">
    <header><h2 id="under-title">Calls under way</h2><span class="r">${there.length}, longest first</span></header>
    <table>
      <thead><tr><th>call</th><th>is in</th><th class="num">for</th><th>last verdict</th></tr></thead>
      <tbody id="under">${there.slice(0, MOST_CALLS).map(row)}</tbody>
    </table>
    ${there.length > MOST_CALLS ? html`<p class="in soft">and ${there.length - MOST_CALLS} more</p>` : nothing}
    ${lone.length ? html`<p class="in soft"><b class="bad">Nobody drives it:</b> no process gives a sign of life for the call. One that is typed at a terminal gives none while nobody types.</p>` : nothing}
  </section>`;
}

/** @param {Call} call */
function row(call) {
  const recent = Date.now() - call.at < 2000;
  const verdict = call.last === null ? html`<span class="soft">–</span>` : call.last ? html`<span class="yes">✓${recent ? " now" : ""}</span>` : html`<span class="no">✕ ${call.run} refused</span>`;
  return html`<tr data-call=${call.c}><td>${link(call.c)}</td><td>${placeWords(call.s)}${call.d === 0 ? html` <span class="pill bad">nobody drives it</span>` : nothing}</td><td class="num">${span((Date.now() - call.t) / 1000)}</td><td>${verdict}</td></tr>`;
}

/** @param {number} to */
function scale(to) {
  zoom = Math.min(400, Math.max(50, to));
  document.getElementById("map")?.style.setProperty("--zoom", `${zoom}%`);
  draw();
}

keys({ p: ["hold the list, or go on", () => begun && pause()], "+": ["larger", () => scale(zoom + 25)], "-": ["smaller", () => scale(zoom - 25)], 0: ["fit", () => scale(100)] });
stands("live");
const found = await ask("/api/flows");
flows = found.data instanceof Array ? found.data : [];
if (flow && flows.some((its) => its.name === flow)) choose(flow, false);
else flow = "";
follow({
  snapshot: begin,
  look: changed,
  away: (said) => {
    if (said !== away) soon();
    away = said;
    if (said) begun = true;
  },
});
setInterval(soon, 1000);
