// What happens, as it happens: one stream of events, closed while nobody sees the page, and begun anew when it was cut.

import { stands } from "./frame.js";

const SILENT_MS = 4000; // the server says something each second
const AGAIN_MS = 2000;

/**
 * Follow until the page is left.
 * @param {{snapshot: (data: any) => void, look: (data: any) => void, away: (said: string) => void}} told
 */
export function follow(told) {
  /** @type {EventSource | null} */ let stream = null;
  let heard = Date.now();
  let again = 0;

  /** @param {(data: any) => void} take */
  const taking = (take) => (/** @type {MessageEvent} */ event) => {
    heard = Date.now();
    const data = JSON.parse(event.data);
    if (data.away) {
      stands("lost");
      told.away(data.away);
    } else {
      stands("live", `${Math.max(0.1, data.behind).toFixed(1)} s`);
      told.away("");
    }
    take(data);
  };

  function open() {
    clearTimeout(again);
    stream?.close();
    stream = new EventSource("/api/live");
    stream.addEventListener("snapshot", taking(told.snapshot));
    stream.addEventListener("look", taking(told.look));
    stream.onerror = () => {
      stands("lost");
      if (stream?.readyState === EventSource.CLOSED) again = window.setTimeout(open, AGAIN_MS);
    };
    heard = Date.now();
  }

  function close() {
    clearTimeout(again);
    stream?.close();
    stream = null;
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? close() : stream || open()));
  addEventListener("pagehide", close);
  setInterval(() => {
    if (!stream || Date.now() - heard < SILENT_MS) return;
    stands("lost");
    if (Date.now() - heard > 3 * SILENT_MS) open();
  }, 1000);
  open();
}
