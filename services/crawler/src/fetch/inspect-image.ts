import type { Gates } from "@anyone/domain/filter/gate";
import { firstDrop } from "@anyone/domain/filter/judge";
import { sniffImage } from "@anyone/domain/source/candidate";
import { PIXEL_LIMIT, readImageHeader } from "@anyone/domain/source/image-header";
import type { Inspect } from "./read-body.ts";
import { Refusal } from "./refusal.ts";

/**
 * Judges an image while its first bytes arrive: what is no image, what is too small for the filter's first gate, and what no decoder
 * should be asked to open is cut off there, and costs neither the rest of its bytes nor a decode.
 */
export function inspectImage(gates: Gates): Inspect {
  return (head, whole) => {
    if (whole && head.length === 0) throw new Refusal("empty", "no bytes");
    const reading = readImageHeader(head);
    if (reading.state === "bad") throw new Refusal(reading.reason, reading.detail);
    if (reading.state === "more") {
      if (whole && sniffImage(head) === undefined) throw new Refusal("not-an-image", `${head.length} bytes`);
      if (whole) throw new Refusal("truncated", `${head.length} bytes, which end inside the header`);
      return reading.bytes;
    }
    const { header } = reading;
    const size = `${header.width}×${header.height} pixels`;
    if (header.width * header.height > PIXEL_LIMIT) throw new Refusal("too-many-pixels", size, { header });
    if (firstDrop({ ...header, models: [] }, gates) === "too-small") throw new Refusal("too-small", size, { header });
    return undefined;
  };
}
