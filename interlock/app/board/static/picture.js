// The drawing of a flow, laid out by the server: found by its ids, marked by classes.

import { ask } from "./frame.js";

const SVG = "http://www.w3.org/2000/svg";

/** @param {string} name @param {Record<string, string | number>} attributes @param {string} text */
function made(name, attributes, text = "") {
  const its = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) its.setAttribute(key, String(value));
  if (text) its.textContent = text;
  return its;
}

export class Picture {
  /** @param {any} data what /api/flows/FLOW answers */
  constructor(data) {
    this.data = data;
    const parsed = new DOMParser().parseFromString(data.svg, "image/svg+xml").documentElement;
    this.svg = /** @type {SVGSVGElement} */ (/** @type {unknown} */ (document.importNode(parsed, true)));
    for (const name of ["width", "height"]) this.svg.removeAttribute(name);
    this.svg.setAttribute("role", "group");
    this.svg.setAttribute("aria-label", `The way of a ${data.title}`);
    const edges = [...this.svg.querySelectorAll("g.edge")].filter((edge) => edge.querySelector(":scope > .line"));
    const labels = [...this.svg.querySelectorAll("g.label")];
    /** @type {Map<string, Element[]>} each way's line or chip, and its label */
    this.ways = new Map();
    data.lines.forEach((/** @type {string[]} */ ids, /** @type {number} */ at) => {
      for (const id of ids) this.ways.set(id, [...within(edges[at]), labels[at]]);
    });
    for (const chip of this.svg.querySelectorAll("g.chip")) this.ways.set(chip.id, within(innermost(chip)));
    this.extra = made("g", {});
    this.svg.append(this.extra);
  }

  /** @param {string} name */
  place(name) {
    return this.svg.querySelector(`[id="state-${CSS.escape(name)}"]`);
  }

  /** @param {string} way @param {string[]} classes */
  markWay(way, ...classes) {
    for (const its of this.ways.get(way) ?? []) its.classList.add(...classes);
  }

  /** @param {string} name @param {string[]} classes */
  markPlace(name, ...classes) {
    this.place(name)?.classList.add(...classes);
  }

  /** Take marks and badges off. @param {string[]} classes */
  clear(...classes) {
    for (const name of classes) for (const its of this.svg.querySelectorAll(`.${name}`)) its.classList.remove(name);
    this.extra.replaceChildren();
  }

  /** A number at the corner of a place. @param {string} name @param {string | number} text */
  badge(name, text) {
    const box = this.#box(name);
    if (!box) return;
    const badge = made("g", { class: "badge", transform: `translate(${box.x + box.width},${box.y})` });
    badge.append(made("circle", { r: 6 + 3 * String(text).length }), made("text", { y: 4 }, String(text)));
    this.extra.append(badge);
  }

  /** Who said no, beside a place. @param {string} name @param {string} text */
  tag(name, text) {
    const box = this.#box(name);
    if (!box) return;
    const wide = 7 * text.length + 24;
    const left = box.x - wide - 8 > 0 ? box.x - wide - 8 : box.x + box.width + 8;
    const tag = made("g", { class: "tag", "data-place": name, transform: `translate(${left},${box.y + box.height / 2})` });
    tag.append(made("rect", { y: -12, width: wide, height: 24, rx: 5 }), made("text", { x: wide / 2, y: 4 }, `✕ ${text}`));
    this.extra.append(tag);
  }

  /** @param {string} name */
  #box(name) {
    const rect = this.place(name)?.querySelector(":scope > rect");
    if (!rect) return null;
    const [x, y, width, height] = ["x", "y", "width", "height"].map((key) => Number(rect.getAttribute(key)));
    return { x, y, width, height };
  }
}

/** Ways that share a chip are groups within groups. @param {Element} chip */
function innermost(chip) {
  let its = chip;
  for (let inner = its.querySelector(":scope > g.chip"); inner; inner = its.querySelector(":scope > g.chip")) its = inner;
  return its;
}

/** A group and the groups of the same kind around it: ways that share a line. @param {Element} inner */
function within(inner) {
  const around = [inner];
  const kind = inner.classList[0];
  while (around[0].parentElement?.classList.contains(kind)) around.unshift(around[0].parentElement);
  return around;
}

/** The picture of a flow, or null where it is not in the code. @param {string} flow */
export async function pictureOf(flow) {
  const { data, status } = await ask(`/api/flows/${encodeURIComponent(flow)}`);
  return status === 200 ? new Picture(data) : null;
}
