// Plays a call's steps: as they fell, four times as fast, or one a second.

export const SPEEDS = { real: "as it was", four: "4×", second: "a step a second" };
const LONGEST_MS = 3000;

/** How long to wait for the next step. @param {any} now @param {any} next @param {string} speed */
export function wait(now, next, speed) {
  if (speed === "second") return { ms: 1000, shortened: false };
  const gap = Math.max(0, (next.t - now.t) * 1000);
  const shortened = gap > LONGEST_MS;
  return { ms: Math.min(gap, LONGEST_MS) / (speed === "four" ? 4 : 1), shortened };
}

export class Player {
  /** @param {() => {now: any, next: any} | null} ends the step that is shown and the one after it @param {() => void} on @param {() => void} changed */
  constructor(ends, on, changed) {
    this.ends = ends;
    this.on = on;
    this.changed = changed;
    this.speed = "real";
    this.shortened = false;
    this.timer = 0;
  }

  get plays() {
    return this.timer !== 0;
  }

  toggle() {
    if (this.plays) this.stop();
    else this.#wait();
    this.changed();
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.shortened = false;
  }

  #wait() {
    const its = this.ends();
    if (!its) return this.stop();
    const { ms, shortened } = wait(its.now, its.next, this.speed);
    this.shortened = shortened;
    this.timer = window.setTimeout(() => {
      this.on();
      this.#wait();
      this.changed();
    }, ms);
    return undefined;
  }
}
