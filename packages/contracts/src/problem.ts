import { z } from "zod";

/** Every error of the API, as RFC 9457 `application/problem+json`. */
export const Problem = z.object({
  /** `urn:anyone:fault:<code>` */
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  /** What is wrong, in one sentence. */
  detail: z.string(),
  /** The way out, when there is one. */
  hint: z.string().optional(),
  /** For a payload that does not fit: where, and why. */
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  /** Names this request in the server's log. */
  requestId: z.string().optional(),
});
export type Problem = z.infer<typeof Problem>;
