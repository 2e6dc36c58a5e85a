import { type Said, said } from "@anyone/domain/source/consent";
import { usageStance } from "./content-usage.ts";

/** Directives of X-Robots-Tag that keep a picture out of training; out of an index means out of a dataset, too. */
const RESERVING: ReadonlySet<string> = new Set(["noai", "noimageai", "noml", "noindex", "none"]);
/** Directives that take a value after a colon, which therefore is no crawler's name. */
const VALUED: ReadonlySet<string> = new Set([
  "unavailable_after",
  "max-snippet",
  "max-image-preview",
  "max-video-preview",
]);

/** What the headers of a picture's response say, in the order of the signals. Names of headers in lower case. */
export function readHeaders(headers: Readonly<Record<string, string>>, product: string): Said[] {
  const { "content-usage": usage, "x-robots-tag": tag, "tdm-reservation": reservation } = headers;
  return [
    ...(usage === undefined ? [] : [said("content-usage", usageStance(usage), usage)]),
    ...(tag === undefined ? [] : [said("x-robots-tag", tagStance(tag, product), tag)]),
    ...(reservation === undefined ? [] : [readReservation(reservation, headers["tdm-policy"])]),
  ];
}

/**
 * Whether an X-Robots-Tag reserves. A directive may be for one crawler alone (`otherbot: noai`). Several headers come to us
 * as one, so a directive without a name after such a one may be anybody's: it is taken as meant for us.
 */
function tagStance(tag: string, product: string): Said["stance"] {
  const reserves = tag.split(",").some((part) => {
    const [name = "", ...rest] = part.toLowerCase().split(":");
    const first = name.trim();
    if (rest.length === 0 || VALUED.has(first)) return RESERVING.has(first);
    const ours = first === "*" || first === product.toLowerCase();
    return ours && RESERVING.has(rest.join(":").trim());
  });
  return reserves ? "reserves" : "silent";
}

/** `1` reserves and `0` does not; anything else says nothing (TDM Reservation Protocol). Several headers reserve when one does. */
function readReservation(value: string, policy: string | undefined): Said {
  const values = value.split(",").map((one) => one.trim());
  const stance = values.includes("1") ? "reserves" : values.includes("0") ? "allows" : "silent";
  return said("tdm-reservation", stance, policy === undefined ? value : `${value}; policy ${policy}`);
}
