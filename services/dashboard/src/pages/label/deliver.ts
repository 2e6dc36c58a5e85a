import { ApiError } from "@anyone/contracts/client";
import { reviewApi } from "@anyone/contracts/review";
import { type SlotResult, slotsApi } from "@anyone/contracts/review-slots";
import { api } from "../../client.ts";
import { randomKey } from "./desk-storage.ts";
import { type Batch, type Outbox, seal, settle, split } from "./outbox.ts";

const RETRY_MS = [500, 1_000, 2_000, 5_000, 10_000, 20_000];

interface Route {
  read: () => Outbox;
  /** Keeps the outbox as it now is, before anything is sent. */
  write: (outbox: Outbox) => void;
  onResults: (results: readonly SlotResult[]) => void;
  /** The server can't be reached, with the reason; null: it can. */
  onAway: (reason: string | null) => void;
}

/**
 * Sends what lies in the outbox, one batch after the other and again until the server has replied. Call `wake` when
 * something was added; it is also woken by the browser when the network is back.
 */
export function openDelivery({ read, write, onResults, onAway }: Route): { wake: () => void; close: () => void } {
  let busy = false;
  let failures = 0;
  let closed = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function run(): Promise<void> {
    if (busy || closed) return;
    busy = true;
    clearTimeout(timer);
    try {
      while (!closed && (await sendOne()));
    } finally {
      busy = false;
    }
  }

  async function sendOne(): Promise<boolean> {
    write(seal(read(), randomKey()));
    const [batch] = read().sealed;
    if (!batch) return false;
    try {
      const results = await send(batch);
      write(settle(read()));
      reached();
      onResults(results);
      return true;
    } catch (error) {
      if (isPassing(error)) {
        // what a closed window has not sent is the next one's
        if (closed) return false;
        onAway(sentence(error));
        timer = setTimeout(() => void run(), RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]);
        failures++;
        return false;
      }
      reached();
      if (batch.answers.length > 1 && !batch.page) write(split(read()));
      else {
        write(settle(read()));
        const problem = { code: error instanceof ApiError ? error.code : "internal", detail: sentence(error) };
        onResults(batch.answers.map(({ taskId, category }) => ({ taskId, category, state: "refused", problem })));
      }
      return true;
    }
  }

  /** A reply came, be it a refusal. */
  function reached(): void {
    if (failures > 0) onAway(null);
    failures = 0;
  }

  const online = () => void run();
  addEventListener("online", online);
  return {
    wake: () => void run(),
    close() {
      closed = true;
      clearTimeout(timer);
      removeEventListener("online", online);
    },
  };
}

async function send({ key, answers, page }: Batch): Promise<SlotResult[]> {
  const headers = { "idempotency-key": key };
  const [first] = answers;
  if (!page || !first) return (await api.call(slotsApi.answerSlots, { headers, body: { answers } })).results;
  await api.call(reviewApi.answer, {
    params: { id: first.taskId },
    headers,
    body: { fence: first.fence, answers: answers.map(({ taskId: _, fence: __, ...answer }) => answer) },
  });
  return answers.map(({ taskId, category }) => ({ taskId, category, state: "recorded", problem: null }));
}

/** Worth another try: the network, a server that is starting, a session that ran out and is signed in again. */
export function isPassing(error: unknown): boolean {
  return (
    error instanceof ApiError && (error.status === 0 || error.status >= 500 || [401, 408, 429].includes(error.status))
  );
}

export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
