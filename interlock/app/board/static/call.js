// One call: list, picture, time line and card of one selection.

import { cardOf } from "./card.js";
import { ask, keys, says, stands } from "./frame.js";
import { html, nothing, render } from "./lit-html.js";
import { pictureOf } from "./picture.js";
import { Player, SPEEDS } from "./player.js";
import { Line, timeline } from "./timeline.js";
import { day, many, ofCall, roughly, short, utc } from "./words.js";

const main = /** @type {HTMLElement} */ (document.getElementById("main"));
const id = decodeURIComponent(location.pathname.split("/").pop() ?? "");
const FILTERS = { all: "all", verdicts: "verdicts", trouble: "trouble" };
const SIGNS = { "": "·", yes: "✓", no: "✕", bad: "!", seal: "▪" };
const MEANS = { "": "", yes: "accepted", no: "refused", bad: "trouble", seal: "erased" };
const WINDOW = 150; // steps before and after the selected one that are drawn
const AGAIN_MS = 1000;

/** @type {any} */ let data = null;
/** @type {import("./picture.js").Picture | null} */ let picture = null;
/** @type {"all" | "verdicts" | "trouble"} */ let filter = "all";
let at = 0;
let copied = "";

const player = new Player(
  () => {
    const next = after(1);
    return next === null ? null : { now: data.steps[at], next: data.steps[next] };
  },
  () => go(after(1)),
  draw,
);

/** Steps that the filter leaves. @param {any} step */
const fits = (step) =>
  filter === "all" || (filter === "verdicts" ? step.sign === "yes" || step.sign === "no" : step.sign === "bad" || step.sign === "no");

/** The next step that fits, that many on; null at the end. @param {1 | -1} by */
function after(by) {
  for (let n = at + by; n >= 0 && n < data.steps.length; n += by) if (fits(data.steps[n])) return n;
  return null;
}

/** @param {number | null} to */
function go(to) {
  if (to === null) return;
  at = to;
  copied = "";
  history.replaceState(null, "", `#${data.steps[at].seq}`);
  draw();
  show();
}

/** Scroll the list, and nothing else, to the selected step. */
function show() {
  const step = /** @type {HTMLElement | null} */ (document.querySelector('[aria-current="step"]'));
  const list = /** @type {HTMLElement | null} */ (step?.closest("ol"));
  if (!step || !list) return;
  const above = step.getBoundingClientRect().top - list.getBoundingClientRect().top;
  const below = above + step.offsetHeight - list.clientHeight;
  if (above < 0) list.scrollTop += above;
  else if (below > 0) list.scrollTop += below;
}

/** @param {"first" | "last"} which */
function goEnd(which) {
  const all = data.steps.map((/** @type {any} */ step, /** @type {number} */ n) => (fits(step) ? n : -1)).filter((/** @type {number} */ n) => n >= 0);
  go(all.at(which === "first" ? 0 : -1) ?? null);
}

function step(/** @type {1 | -1} */ by) {
  player.stop();
  go(after(by));
  draw();
}

function draw() {
  const { call, steps, cards } = data;
  const now = steps[at];
  const line = new Line(steps, Math.max(call.length_s, steps.at(-1)?.t ?? 0));
  render(
    html`<div class="filters">
        <a href="/calls">← Calls</a>
        <h1>Call <span class="mono">${short(call.id)}</span></h1>
        <span class="soft"
          >${call.title}, version ${call.version} · <time title=${utc(call.began)}>${day(call.began)}</time> · ${roughly(call.length_s)} ·
          ${call.how}${call.state ? ` in ${call.state}` : ""}</span
        >
        <span class="pill yes">✓ ${call.accepted} accepted</span>
        <span class="pill no">✕ ${call.refused} refused</span>
        ${chain()}
        <span class="push"></span>
        <span class="filters">
        <button @click=${() => copy(location.href, "the link")}>Copy the link to this step</button>
        <button @click=${() => copy(`interlock audit why ${call.id}${cards[now.seq] ? ` --turn ${cards[now.seq].turn}` : ""}`, "the command")}>interlock audit why…</button></span>
        <span class="soft" role="status">${copied}</span>
      </div>
      ${notices()}
      <section class="card gap" aria-label="Play it back">
        <div class="in player">
          <button aria-label="First step" @click=${() => goEnd("first")}>|◀</button>
          <button aria-label="Step back" @click=${() => step(-1)}>◀</button>
          <button class="go" @click=${() => player.toggle()}>${player.plays ? "❚❚ Pause" : "▶ Play"}</button>
          <button aria-label="Step on" @click=${() => step(1)}>▶|</button>
          <select aria-label="How fast" @change=${(/** @type {any} */ event) => (player.speed = event.target.value)}>
            ${Object.entries(SPEEDS).map(([name, words]) => html`<option value=${name} ?selected=${name === player.speed}>${words}</option>`)}
          </select>
          ${timeline(line, at, go)}
          <span class="num mono time">${ofCall(now.t)} / ${ofCall(line.length)}</span>
          ${player.shortened ? html`<span class="soft">a silence is shortened to 3 s</span>` : nothing}
        </div>
      </section>
      <div class="cols call">
        <section class="card" aria-label="What happened">
          <header>
            <h2>What happened</h2>
            <span class="r"
              >${Object.entries(FILTERS).map(([name, words]) => html`<button class="plain" aria-pressed=${String(name === filter)} @click=${() => sift(name)}>${words}</button>`)}</span
            >
          </header>
          <ol class="steps scrolls">${list()}</ol>
        </section>
        <section class="card" aria-label="The way so far"><header><h2>The way so far</h2></header>${map()}</section>
        <section class="card" aria-labelledby="card-title"><div class="scrolls" tabindex="0" role="group" aria-labelledby="card-title" id="card">
          ${cardOf(now, cards[now.seq], `step ${at + 1} of ${steps.length} · line ${now.seq} of the record`)}
        </div></section>
      </div>`,
    main,
  );
  if (picture) walk(picture);
}

function chain() {
  const { to, said } = data.chain;
  return said ? html`<span class="pill bad">the record does not verify</span>` : html`<span class="pill yes">record verified to line ${to}</span>`;
}

function notices() {
  const { call, chain, left_out } = data;
  const broken = chain.said
    ? html`<p class="note bad gap" role="alert">
        <b>The record does not verify: ${chain.said}.</b> What follows is shown as it stands now and is not proof of anything.
        <span class="mono">interlock audit verify ${call.id}</span>
      </p>`
    : nothing;
  const erased = call.erased
    ? html`<p class="note seal gap">
        <b>What was personal here was erased on ${day(call.erased)}.</b> The verdicts, their reasons and the chain stay. Words, facts and arguments are gone
        for everybody.
      </p>`
    : nothing;
  const older =
    call.in_code && call.version !== call.version_now
      ? html`<p class="note gap">This call ran on version ${call.version}; the picture and the guards' sentences are of version ${call.version_now}.</p>`
      : nothing;
  const more = left_out ? html`<p class="note gap">The first ${data.steps.length} lines are shown; ${many(left_out, "more line")} are in the record.</p>` : nothing;
  return [broken, erased, older, more];
}

/** Of a long call only what is near the selected step is drawn. */
function list() {
  const all = data.steps.map((/** @type {any} */ step, /** @type {number} */ n) => ({ step, n })).filter((/** @type {any} */ its) => fits(its.step));
  if (!all.length) return html`<li class="soft in">Nothing of the kind in this call.</li>`;
  const near = Math.max(0, all.findIndex((/** @type {any} */ its) => its.n >= at));
  const from = Math.max(0, near - WINDOW);
  const to = Math.min(all.length, near + WINDOW);
  const more = (/** @type {number} */ count, /** @type {string} */ where, /** @type {number} */ index) =>
    count ? html`<li><button class="more" @click=${() => go(all[index].n)}>${many(count, "step")} ${where}</button></li>` : nothing;
  return [more(from, "before", from - 1), all.slice(from, to).map(item), more(all.length - to, "after", to)];
}

/** @param {{step: any, n: number}} its */
function item({ step, n }) {
  const here = n === at;
  const unsure = data.chain.said && data.chain.seq !== null && step.seq >= data.chain.seq;
  return html`<li>
    <button class="step ${unsure ? "unsure" : ""}" data-seq=${step.seq} aria-current=${here ? "step" : nothing} tabindex=${here ? 0 : -1} @click=${() => (player.stop(), go(n))}>
      <span class="num mono soft" title=${utc(step.at)}>${ofCall(step.t)}</span>
      <span class=${step.sign}>${SIGNS[/** @type {keyof typeof SIGNS} */ (step.sign)]}<span class="sr"> ${MEANS[/** @type {keyof typeof MEANS} */ (step.sign)]}</span></span>
      <span>${step.title}<span class="sr">. </span>${step.note ? html`<br /><span class="soft">${step.note}</span>` : nothing}</span>
    </button>
  </li>`;
}

function map() {
  if (picture) return html`<div class="map walks in" id="map">${picture.svg}</div>`;
  if (data.call.in_code) return html`<p class="in soft">The picture is being drawn …</p>`;
  return html`<p class="in"><b>The flow “${data.call.flow}” is not in this installation.</b> What this call did is here all the same, without a picture and without guards' sentences.</p>`;
}

/** Light up what the call walked by the selected step. @param {import("./picture.js").Picture} its */
function walk(its) {
  its.clear("walked", "was", "here", "lit-no");
  const { steps, cards, stands } = data;
  const now = steps[at];
  /** @type {Map<string, number>} */ const nth = new Map();
  let last = "";
  for (const [seq, place] of stands) {
    if (seq > now.seq) break;
    if (!nth.has(place)) nth.set(place, nth.size + 1);
    last = place;
  }
  for (const step of steps) {
    if (step.seq > now.seq) break;
    const card = cards[step.seq];
    if (card?.accepted && card.way) its.markWay(card.way, "walked");
  }
  for (const [place, n] of nth) {
    its.markPlace(place, "was");
    its.badge(place, n);
  }
  its.markPlace(last, "here");
  const card = cards[now.seq];
  if (card && !card.accepted) {
    its.markPlace(last, "lit-no");
    if (card.way) its.markWay(card.way, "walked", "lit-no");
  }
}

/** @param {string} name */
function sift(name) {
  filter = /** @type {typeof filter} */ (name);
  if (!fits(data.steps[at])) go(after(1) ?? after(-1));
  draw();
}

/** @param {string} text @param {string} what */
async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    copied = `Copied ${what}.`;
  } catch {
    copied = text;
  }
  draw();
}

/** Take in what came since; whoever looks at the last step goes on with the call. @param {any} fresh */
function take(fresh) {
  const ended = data !== null && at === data.steps.length - 1;
  const first = data === null;
  data = fresh;
  const wanted = first ? data.steps.findIndex((/** @type {any} */ step) => step.seq === Number(location.hash.slice(1))) : -1;
  if (first) at = Math.max(0, wanted);
  else if (ended && !player.plays) return go(data.steps.length - 1);
  draw();
  return first ? show() : undefined;
}

async function load() {
  const since = data ? `?since=${data.call.last_seq}` : "";
  const { status, data: fresh, said } = await ask(`/api/calls/${encodeURIComponent(id)}${since}`);
  if (status === 200 && !fresh.unchanged) take(fresh);
  if (status !== 200 && !data) render(says(said), main);
  stands(status === 0 || status === 503 ? "lost" : data && !data.call.ended ? "live" : "still");
  if (!data ? status !== 404 && status !== 401 : !data.call.ended) setTimeout(load, AGAIN_MS);
}

keys({
  ArrowRight: ["the next step", () => data && step(1)],
  ArrowLeft: ["the step before", () => data && step(-1)],
  ArrowDown: ["the next step", () => data && step(1)],
  ArrowUp: ["the step before", () => data && step(-1)],
  " ": ["play, or pause", () => data && player.toggle()],
  Home: ["the first step", () => data && goEnd("first")],
  End: ["the last step", () => data && goEnd("last")],
});
addEventListener("hashchange", () => {
  const wanted = data?.steps.findIndex((/** @type {any} */ step) => step.seq === Number(location.hash.slice(1))) ?? -1;
  if (wanted >= 0) go(wanted);
});
await load();
if (data) {
  picture = await pictureOf(data.call.flow);
  draw();
}
