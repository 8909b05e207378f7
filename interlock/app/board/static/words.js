// Times and numbers in words.

const pad = (number) => String(number).padStart(2, "0");

/** Seconds into a call, as "0:31.2". @param {number} seconds */
export function ofCall(seconds) {
  const tenths = Math.max(0, Math.round(seconds * 10));
  return `${Math.floor(tenths / 600)}:${pad(Math.floor(tenths / 10) % 60)}.${tenths % 10}`;
}

/** How long something took or takes, as "4:12". @param {number} seconds */
export function span(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const rest = `${Math.floor(whole / 60) % 60}:${pad(whole % 60)}`;
  return hours ? `${hours}:${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}` : rest;
}

/** As a sentence says it: "53 s", "6 min". @param {number} seconds */
export function roughly(seconds) {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return seconds < 129600 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86400)} days`;
}

/** The time of day in the reader's zone. @param {string|number|Date} at */
export function clock(at) {
  const its = new Date(at);
  return `${pad(its.getHours())}:${pad(its.getMinutes())}:${pad(its.getSeconds())}`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Day and time in the reader's zone, the year only where it is not this one. @param {string|number|Date} at */
export function day(at) {
  const its = new Date(at);
  const year = its.getFullYear() === new Date().getFullYear() ? "" : ` ${its.getFullYear()}`;
  return `${its.getDate()} ${MONTHS[its.getMonth()]}${year} ${pad(its.getHours())}:${pad(its.getMinutes())}`;
}

/** For a tooltip. @param {string|number|Date} at */
export const utc = (at) => `${new Date(at).toISOString().replace("T", " ").slice(0, 23)} UTC`;

/** The end of an id, short enough for a list. @param {string} call */
export const short = (call) => call.replace(/^call-/, "").slice(0, 6);

/** @param {number} count @param {string} thing */
export const many = (count, thing) => `${count.toLocaleString("en")} ${thing}${count === 1 ? "" : "s"}`;
