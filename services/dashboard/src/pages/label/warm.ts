import { queries } from "../../client.ts";
import { readPartMap } from "../../components/part-map.ts";
import { imageOf, thumbnailOf } from "../../components/picture.tsx";
import { readProtocol } from "../../components/protocol.ts";
import { type Sheet, slotsOf } from "./desk.ts";

/** Pictures that were decoded ahead stay decoded while they are held here. */
const held = new Map<string, HTMLImageElement>();
const MOST_HELD = 160;

/** Brings a sheet's pictures and part maps here, and decodes them, before they are looked at. */
export function warm(sheet: Sheet): void {
  for (const assetId of new Set(slotsOf(sheet).map((slot) => slot.assetId))) {
    decode(thumbnailOf(assetId));
    decode(imageOf(assetId));
    void queries.prefetchQuery({
      queryKey: ["parts", assetId],
      queryFn: () => readPartMap(assetId),
      staleTime: Number.POSITIVE_INFINITY,
      retry: false,
    });
  }
}

/** The protocol a sheet is asked by; it never changes, so it is read once. */
export function protocolFor(id: string) {
  return queries.ensureQueryData({
    queryKey: ["protocol", id],
    queryFn: () => readProtocol(id),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

function decode(src: string): void {
  if (held.has(src)) return;
  const image = new Image();
  image.src = src;
  // a picture that can't be had is shown as such once it is looked at
  void image.decode().catch(() => held.delete(src));
  held.set(src, image);
  for (const [oldest] of held) {
    if (held.size <= MOST_HELD) break;
    held.delete(oldest);
  }
}
