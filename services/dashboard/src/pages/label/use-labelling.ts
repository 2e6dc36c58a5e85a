import { ApiError } from "@anyone/contracts/client";
import { type LeasedTask, reviewApi } from "@anyone/contracts/review";
import { useCallback, useEffect, useRef, useState } from "react";
import { api, queries } from "../../client.ts";
import { imageOf, partsOf } from "../../components/picture.tsx";
import { readProtocol } from "../../components/protocol.ts";
import { type Draft, dropDraft, keepDraft, newDraft, storedDrafts, withAnswer, withoutLast } from "./draft.ts";
import type { Given } from "./walk.ts";

/** Seconds a page is ours: the longest page takes a few minutes, and who goes away blocks it no longer than this. */
const LEASE_SECONDS = 900;
const AWAY_MS = 2_000;
const RETRY_MS = [1_000, 2_000, 5_000, 10_000, 20_000];

export interface Notice {
  tone: "warn" | "bad";
  text: string;
}

export interface Labelling {
  draft: Draft | null;
  /** Nothing waits for people. */
  idle: boolean;
  /** The server is away; it is asked again by itself. */
  away: boolean;
  /** Pages answered and not confirmed by the server yet. */
  unsent: number;
  notice: Notice | null;
  /** Answers the server has confirmed since this page was opened. */
  confirmed: number;
  answer: (given: Given) => void;
  back: () => void;
  finish: () => void;
  skip: (reason: string) => void;
  look: () => void;
  dismiss: () => void;
}

/** The page before the annotator, the next one already there, and what is on its way to the server. */
export function useLabelling(annotator: string): Labelling {
  const [draft, setDraft] = useState<Draft | null>(null);
  const [idle, setIdle] = useState(false);
  const [away, setAway] = useState(false);
  const [unsent, setUnsent] = useState(0);
  const [notice, setNotice] = useState<Notice | null>(null);
  const [confirmed, setConfirmed] = useState(0);
  const upcoming = useRef<Promise<LeasedTask | null> | null>(null);
  const started = useRef(false);

  const ahead = useCallback((): Promise<LeasedTask | null> => {
    upcoming.current ??= lease();
    return upcoming.current;
  }, []);

  const begin = useCallback(async (): Promise<void> => {
    setIdle(false);
    try {
      const task = await ahead();
      upcoming.current = null;
      setAway(false);
      if (!task) {
        setDraft(null);
        setIdle(true);
        return;
      }
      setDraft(newDraft(task));
    } catch (error) {
      upcoming.current = null;
      setDraft(null);
      if (passing(error)) {
        setAway(true);
        setTimeout(() => void begin(), AWAY_MS);
        return;
      }
      setIdle(true);
      setNotice({ tone: "bad", text: sentence(error) });
    }
  }, [ahead]);

  /** Sends a finished page until the server has an answer to it; a lost connection only costs time. */
  const send = useCallback(
    async (page: Draft, attempt = 0): Promise<void> => {
      try {
        const { recorded } = await api.call(reviewApi.answer, {
          params: { id: page.task.id as never },
          headers: { "idempotency-key": page.key },
          body: { fence: page.task.fence, answers: page.given },
        });
        dropDraft(annotator, page.task.id);
        setUnsent((count) => count - 1);
        setConfirmed((count) => count + recorded);
        if (attempt > 0) setNotice(null);
      } catch (error) {
        if (passing(error)) {
          const wait = RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)] ?? 20_000;
          setNotice({
            tone: "warn",
            text: `Not saved yet: ${sentence(error)} Your answers are kept on this machine and sent again in ${wait / 1000} s.`,
          });
          setTimeout(() => void send(page, attempt + 1), wait);
          return;
        }
        setUnsent((count) => count - 1);
        if (error instanceof ApiError && error.status === 400) {
          // the server names what contradicts or is missing: the page comes back, with everything that was answered
          const again = { ...page, finished: false };
          keepDraft(annotator, again);
          setDraft(again);
          setNotice({ tone: "bad", text: `${error.message} Go back with Backspace and correct it.` });
          return;
        }
        dropDraft(annotator, page.task.id);
        setNotice({ tone: "bad", text: refusal(error) });
      }
    },
    [annotator],
  );

  useEffect(() => {
    if (started.current) return;
    started.current = true;
    const drafts = storedDrafts(annotator);
    const finished = drafts.filter((one) => one.finished);
    setUnsent(finished.length);
    for (const page of finished) void send(page);
    const unfinished = drafts.find((one) => !one.finished);
    if (unfinished) {
      setDraft(unfinished);
      setNotice({ tone: "warn", text: "You were in the middle of this page: your answers are still here." });
    } else void begin();
  }, [annotator, begin, send]);

  const change = useCallback(
    (make: (draft: Draft) => Draft) =>
      setDraft((current) => {
        if (!current) return current;
        const changed = make(current);
        if (!keepDraft(annotator, changed)) {
          setNotice({
            tone: "warn",
            text: "This browser keeps nothing: a reload would lose the answers of this page.",
          });
        }
        return changed;
      }),
    [annotator],
  );

  const answer = useCallback(
    (given: Given) => {
      change((page) => withAnswer(page, given));
      // the next page is fetched, picture and all, while this one is answered
      ahead().catch(() => {
        upcoming.current = null;
      });
    },
    [ahead, change],
  );

  const finish = useCallback(() => {
    if (!draft) return;
    const page = { ...draft, finished: true };
    keepDraft(annotator, page);
    setUnsent((count) => count + 1);
    setDraft(null);
    void send(page);
    void begin();
  }, [annotator, begin, draft, send]);

  const skip = useCallback(
    (reason: string) => {
      if (!draft) return;
      const { id, fence } = draft.task;
      dropDraft(annotator, id);
      setDraft(null);
      api.call(reviewApi.skip, { params: { id: id as never }, body: { fence, reason } }).catch((error: unknown) => {
        setNotice({ tone: "bad", text: sentence(error) });
      });
      void begin();
    },
    [annotator, begin, draft],
  );

  return {
    draft,
    idle,
    away,
    unsent,
    notice,
    confirmed,
    answer,
    back: useCallback(() => change(withoutLast), [change]),
    finish,
    skip,
    look: begin,
    dismiss: useCallback(() => setNotice(null), []),
  };
}

async function lease(): Promise<LeasedTask | null> {
  const { task } = await api.call(reviewApi.lease, { body: { leaseSeconds: LEASE_SECONDS } });
  if (task) warm(task);
  return task;
}

/** Brings a page's picture, part map and protocol here before they are looked at. */
function warm(task: LeasedTask): void {
  const image = new Image();
  image.src = imageOf(task.assetId);
  void image.decode().catch(() => {});
  void fetch(partsOf(task.assetId)).catch(() => {});
  void queries.prefetchQuery({ queryKey: ["protocol", task.protocolId], queryFn: () => readProtocol(task.protocolId) });
}

/** Worth another try: the network, or a server that is starting. */
function passing(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status >= 500 || error.status === 429);
}

function refusal(error: unknown): string {
  if (error instanceof ApiError && error.code === "lease-lost") {
    return "This page had been yours for too long and was given to somebody else; its answers were not recorded. The next page is yours.";
  }
  if (error instanceof ApiError && error.status === 409) return `${error.problem.detail} Nothing was recorded twice.`;
  return sentence(error);
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
