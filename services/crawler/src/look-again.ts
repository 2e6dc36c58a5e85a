import { createHash } from "node:crypto";
import type { Heard } from "@anyone/domain/source/consent";
import { type Head, type ImageBytes, type ImageRefused, Unlisted } from "./connectors/connector.ts";
import { type AskedAgain, type Known, refusedBy } from "./fetch/ask-again.ts";
import { sameBy } from "./fetch/refresh.ts";

/** How a picture that lies on no web host is looked at, and read. */
export interface Looking {
  head(): Promise<Head | ImageRefused>;
  read(): Promise<ImageBytes | ImageRefused>;
}

/** Nobody was asked: what the picture says of itself is what it said when it was read. */
const NOTHING: Heard = { asked: [], evidence: [] };

/**
 * Looks again at a picture that lies on a disk or in a bucket. It is read only where it is not recognised; a disk or a bucket that can't be
 * looked at says nothing of its pictures.
 */
export async function lookAgain(known: Known, { head, read }: Looking): Promise<AskedAgain> {
  try {
    const now = await head();
    if (!now.ok) return refusedBy(now);
    if (sameBy(known.validators, now.validators)) return { found: "unchanged", heard: NOTHING };
    const image = await read();
    if (!image.ok) return refusedBy(image);
    const { bytes, url, validators = {}, asked = [], evidence = [] } = image;
    const heard = { asked, evidence };
    const same = createHash("sha256").update(bytes).digest("hex") === known.sha256;
    return same ? { found: "unchanged", read: validators, heard } : { found: "changed", bytes, url, validators, heard };
  } catch (error) {
    if (!(error instanceof Unlisted)) throw error;
    return { found: "unanswered", reason: error.passing ? "server-error" : "unreadable", heard: NOTHING };
  }
}
