// The time line of a call: a tick for each verdict, a point where somebody was heard, and where one is.

import { nothing, svg } from "./lit-html.js";
import { ofCall, span } from "./words.js";

const LEFT = 60;
const WIDE = 1180;
const MARKED = 60; // so many verdicts have their sign above; more would cover each other

/** Where a step stands: by its time, or by its number where a call took none. */
export class Line {
  /** @param {any[]} steps @param {number} length seconds */
  constructor(steps, length) {
    this.steps = steps;
    this.length = length;
    const moments = new Set(steps.map((step) => step.t)).size;
    this.timed = length > 0 && moments * 3 >= steps.length;
  }

  /** @param {number} at which step */
  x(at) {
    const part = this.timed ? Math.max(0, this.steps[at].t) / this.length : at / Math.max(1, this.steps.length - 1);
    return LEFT + Math.min(1, part) * (WIDE - LEFT - 12);
  }

  /** The step nearest to a place on the line. @param {number} part from 0 to 1 of its width */
  nearest(part) {
    let best = 0;
    for (let at = 1; at < this.steps.length; at++) if (Math.abs(this.x(at) - part * WIDE) < Math.abs(this.x(best) - part * WIDE)) best = at;
    return best;
  }
}

/** @param {Line} line @param {number} at @param {(at: number) => void} go */
export function timeline(line, at, go) {
  const { steps } = line;
  const of = (/** @type {(step: any) => boolean} */ wanted) => steps.flatMap((step, n) => (wanted(step) ? [line.x(n)] : []));
  const ticks = { yes: of((s) => s.sign === "yes"), no: of((s) => s.sign === "no"), bad: of((s) => s.sign === "bad") };
  const verdicts = ticks.yes.length + ticks.no.length;
  const says = `Time line of ${span(line.length)} with ${verdicts} verdicts, ${ticks.no.length} refused`;
  const clicked = (/** @type {MouseEvent} */ event) => {
    const box = /** @type {Element} */ (event.currentTarget).getBoundingClientRect();
    go(line.nearest((event.clientX - box.left) / box.width));
  };
  return svg`<svg class="trackline" viewBox="0 0 ${WIDE} 92" preserveAspectRatio="xMinYMid" role="img" aria-label=${says} @click=${clicked}>
    <path class="agent" d=${points(of((s) => s.lane === "agent"), 34)}></path>
    <path class="caller" d=${points(of((s) => s.lane === "caller"), 56)}></path>
    ${Object.entries(ticks).map(([sign, xs]) => svg`<path class="tick ${sign}" d=${xs.map((x) => `M${x.toFixed(1)},18V84`).join("")}></path>`)}
    ${verdicts <= MARKED ? [signs(ticks.yes, "✓", "tyes"), signs(ticks.no, "✕", "tno")] : nothing}
    <path class="head" d="M${line.x(at).toFixed(1)},0V92"></path>
    <text x="4" y="38">agent</text><text x="4" y="60">caller</text><text x="4" y="82">0:00</text>
    <text x=${WIDE - 12} y="90" text-anchor="end">${line.timed ? ofCall(line.length) : "a step apart"}</text>
  </svg>`;
}

/** @param {number[]} xs @param {number} y */
const points = (xs, y) => xs.map((x) => `M${x.toFixed(1)},${y}h.1`).join("");
/** @param {number[]} xs @param {string} sign @param {string} kind */
const signs = (xs, sign, kind) => xs.map((x) => svg`<text class=${kind} x=${x.toFixed(1)} y="13" text-anchor="middle">${sign}</text>`);
