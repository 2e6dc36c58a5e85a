import { Purpose } from "@anyone/contracts/review";
import { SlotResult, slotsApi } from "@anyone/contracts/review-slots";
import { readQuestions } from "@anyone/db/browse/review";
import type { LeaseSlotsResponse } from "@anyone/grpc/generated/anyone/v1/review";
import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../context.ts";
import { refuseQuarantined, toldPurpose } from "../refuse-quarantined.ts";
import { route } from "../route.ts";

/** Question-major labelling: what changes is done by the review service; the asking key's name is the reviewer. */
export function slotRoutes(app: FastifyInstance, { db, review }: ApiContext): void {
  route(app, slotsApi.leaseSlots, async ({ body, principal }) => {
    await refuseQuarantined(db, principal.name);
    const leased = await review.leaseSlots({
      reviewer: principal.name,
      category: body.category ?? 0,
      limit: body.limit,
      purpose: body.purpose ?? "",
      leaseSeconds: body.leaseSeconds,
    });
    return { grid: gridOf(leased) };
  });

  route(app, slotsApi.answerSlots, async ({ headers, body, principal }) => {
    // who holds nothing could still correct, and a correction may take back what others said
    await refuseQuarantined(db, principal.name);
    const { results } = await review.answerSlots({
      reviewer: principal.name,
      // two people may not share a key by accident
      idempotencyKey: `${principal.id}.${headers["idempotency-key"]}`,
      answers: body.answers,
    });
    return {
      results: results.map(({ taskId, category, state, code, detail }) => ({
        taskId,
        category,
        state: SlotResult.shape.state.parse(state),
        problem: code ? { code, detail } : null,
      })),
    };
  });

  route(app, slotsApi.releaseSlots, ({ body, principal }) =>
    review.releaseSlots({ reviewer: principal.name, slots: body.slots }),
  );

  route(app, slotsApi.skipSlot, async ({ body: { reason, ...slot }, principal }) => {
    await review.skipSlot({ reviewer: principal.name, slot, reason });
    return { skipped: true as const };
  });

  route(app, slotsApi.flagSlot, async ({ body: { taskId, category, note }, principal }) => {
    await review.flagSlot({ reviewer: principal.name, taskId, category, note });
    return { flagged: true as const };
  });

  route(app, slotsApi.listQuestions, async ({ principal }) => ({ items: await readQuestions(db, principal.name) }));
}

function gridOf({ category, protocolId, leaseUntil, slots }: LeaseSlotsResponse) {
  if (slots.length === 0) return null;
  return {
    category,
    protocolId,
    leaseUntil,
    // the answer's schema looks at every slot once more
    slots: slots.map((slot) => ({
      ...slot,
      purpose: Purpose.parse(toldPurpose(slot.purpose)),
      suggestion: slot.suggestion ?? null,
    })),
  };
}
