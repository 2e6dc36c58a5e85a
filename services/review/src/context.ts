import type { OpenDatabase } from "@anyone/db/client";
import type { Protocols } from "@anyone/db/protocols";

/** What the review service's handlers and calls work with. */
export interface ReviewContext {
  db: OpenDatabase;
  protocols: Protocols;
}
