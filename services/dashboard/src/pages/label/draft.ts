import { LeasedTask } from "@anyone/contracts/review";
import { z } from "zod";
import type { Given } from "./walk.ts";

/**
 * A leased page with the answers given so far. It lies in the browser's storage from the first answer until the server
 * has confirmed it, so that neither a reload nor a lost connection costs an answer.
 */
const Draft = z.object({
  task: LeasedTask,
  given: z.array(
    z.object({ category: z.number(), value: z.number(), text: z.string().optional(), milliseconds: z.number() }),
  ),
  /** Made once for each page: sent again, the same answers are recorded once. */
  key: z.string(),
  /** Complete, and on its way. */
  finished: z.boolean(),
});
export type Draft = z.infer<typeof Draft>;

const PREFIX = "anyone.page.";

export function newDraft(task: LeasedTask): Draft {
  return { task, given: [], key: randomKey(), finished: false };
}

/** The drafts of this annotator that the server has not confirmed. */
export function storedDrafts(annotator: string): Draft[] {
  try {
    return Object.keys(localStorage)
      .filter((name) => name.startsWith(prefix(annotator)))
      .flatMap((name) => {
        const read = Draft.safeParse(JSON.parse(localStorage.getItem(name) ?? "null"));
        return read.success ? [read.data] : [];
      });
  } catch {
    return [];
  }
}

/** Returns whether it lies in the storage now. */
export function keepDraft(annotator: string, draft: Draft): boolean {
  try {
    localStorage.setItem(prefix(annotator) + draft.task.id, JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

export function dropDraft(annotator: string, taskId: string): void {
  try {
    localStorage.removeItem(prefix(annotator) + taskId);
  } catch {
    // nothing was kept then
  }
}

export function withAnswer(draft: Draft, answer: Given): Draft {
  return { ...draft, given: [...draft.given, answer] };
}

export function withoutLast(draft: Draft): Draft {
  return { ...draft, given: draft.given.slice(0, -1) };
}

function prefix(annotator: string): string {
  return `${PREFIX}${annotator}.`;
}

/** 128 random bits; `crypto.randomUUID` exists only where the page came over HTTPS or from this machine. */
function randomKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
