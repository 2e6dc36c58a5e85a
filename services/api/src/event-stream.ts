import { Readable } from "node:stream";
import { type EventRow, eventsAfter, latestEvent } from "@anyone/db/events";
import type { Sql } from "@anyone/domain/transaction";

const POLL_MS = 500;
const HEARTBEAT_MS = 15_000;
/** Ids are given out before their transactions commit, so an id may turn up after a higher one: look this far back. */
const LOOK_BACK = 200;
const CATCH_UP = 1_000;

export interface EventStream {
  /** Server-sent events after this id, or from now on. */
  open(after?: number): Readable;
  close(): void;
}

/** One reader of the table for all who listen; nobody listening, nobody reads. */
export function eventStream(db: Sql): EventStream {
  const listeners = new Set<(event: EventRow) => void>();
  const streams = new Set<Readable>();
  const seen = new Set<number>();
  let last = 0;
  let timer: NodeJS.Timeout | undefined;

  async function poll(): Promise<void> {
    const fresh = (await eventsAfter(db, Math.max(0, last - LOOK_BACK), LOOK_BACK * 2)).filter(
      ({ id }) => !seen.has(id),
    );
    for (const event of fresh) {
      seen.add(event.id);
      last = Math.max(last, event.id);
      for (const listener of listeners) listener(event);
    }
    for (const id of seen) if (id < last - LOOK_BACK) seen.delete(id);
  }

  async function start(): Promise<void> {
    last = await latestEvent(db);
    for (const { id } of await eventsAfter(db, Math.max(0, last - LOOK_BACK), LOOK_BACK * 2)) seen.add(id);
    const turn = () =>
      poll()
        .catch(() => {})
        .finally(() => {
          if (timer) timer = setTimeout(turn, POLL_MS);
        });
    if (timer) timer = setTimeout(turn, POLL_MS);
  }

  function open(after?: number): Readable {
    const stream = new Readable({ read() {} });
    const sent = new Set<number>();
    const send = (event: EventRow) => {
      if (sent.has(event.id)) return;
      sent.add(event.id);
      if (sent.size > 4 * CATCH_UP) sent.clear();
      stream.push(frame(event));
    };
    const heartbeat = setInterval(() => stream.push(": still here\n\n"), HEARTBEAT_MS);
    streams.add(stream);
    stream.push("retry: 2000\n\n");
    listeners.add(send);
    if (timer === undefined) {
      timer = setTimeout(() => {}, 0);
      start().catch(() => {});
    }
    if (after !== undefined) {
      eventsAfter(db, after, CATCH_UP).then(
        (missed) => missed.forEach(send),
        () => stream.destroy(),
      );
    }
    stream.once("close", () => {
      clearInterval(heartbeat);
      listeners.delete(send);
      streams.delete(stream);
      if (listeners.size === 0) halt();
    });
    return stream;
  }

  function halt(): void {
    clearTimeout(timer);
    timer = undefined;
    seen.clear();
  }

  return {
    open,
    close() {
      for (const stream of streams) stream.push(null);
      halt();
    },
  };
}

function frame(event: EventRow): string {
  return `id: ${event.id}\nevent: ${event.stage}\ndata: ${JSON.stringify(event)}\n\n`;
}
