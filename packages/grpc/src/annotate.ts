import { openClient } from "./client.ts";
import { AnnotateServiceDefinition, type AskRequest, type AskResponse } from "./generated/anyone/v1/annotate.ts";

export type {
  AskImage,
  AskRequest,
  AskResponse,
  CategoryAnswer,
  Failure,
  ImageAnswers,
  LabellerRef,
  Question,
} from "./generated/anyone/v1/annotate.ts";

export interface Inference {
  /**
   * Answers in the order of the request's images. Faults: `not-found` (no labeller under its key), `altered-object` (its
   * file was changed), `bad-input` (it was made for other questions), `unavailable`, `timeout`.
   */
  ask(request: AskRequest, options?: { signal?: AbortSignal }): Promise<AskResponse>;
  close(): void;
}

/**
 * The inference service at `address` (`host:port`). A chunk of 64 images takes a core some ten seconds when none of them
 * is known there, and its turn may come late: hence the long deadline.
 */
export function openInference(address: string, token: string, { deadlineMs = 150_000 } = {}): Inference {
  const client = openClient(AnnotateServiceDefinition, address, token);
  return {
    ask(request, { signal } = {}) {
      const deadline = AbortSignal.timeout(deadlineMs);
      return client.call.ask(request, { signal: signal ? AbortSignal.any([signal, deadline]) : deadline });
    },
    close: client.close,
  };
}
