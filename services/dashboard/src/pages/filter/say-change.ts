import type { Change } from "@anyone/domain/filter/histogram";
import { count } from "../../format.ts";

/** "12 more kept, 3 more dropped": what one threshold's move changes. */
export function sayChange({ admitted, perhaps, withdrawn }: Omit<Change, "sourceId">): string {
  const parts = [
    admitted > 0 ? `${count(admitted)} more kept` : "",
    perhaps > 0 ? `${count(perhaps)} more perhaps kept: gates after it have not seen them yet` : "",
    withdrawn > 0 ? `${count(withdrawn)} more dropped` : "",
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(", ") : "nothing changes";
}
