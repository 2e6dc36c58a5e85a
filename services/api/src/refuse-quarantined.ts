import { isQuarantined } from "@anyone/db/quarantine";
import { fault } from "@anyone/domain/fault";
import type { Sql } from "@anyone/domain/transaction";

/**
 * Nothing is handed to an annotator in quarantine.
 * @throws Fault `forbidden`
 */
export async function refuseQuarantined(db: Sql, name: string): Promise<void> {
  if (!(await isQuarantined(db, name))) return;
  throw fault("forbidden", "Your answers are being looked at: no page is handed to you until that is done.", {
    hint: "Ask the operator of this platform.",
  });
}

/** What is told of a purpose: who is tested is not told so. */
export function toldPurpose(purpose: string): string {
  return purpose === "honeypot" ? "sample" : purpose;
}
