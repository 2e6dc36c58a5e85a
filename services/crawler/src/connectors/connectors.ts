import type { SourceKind } from "@anyone/domain/source/source";
import type { Connector } from "./connector.ts";
import { deepFashionMultiModal } from "./deepfashion.ts";
import { flickr } from "./flickr.ts";
import { folder } from "./folder.ts";
import { laion } from "./laion.ts";
import { pixabay } from "./pixabay.ts";
import { s3 } from "./s3.ts";
import { shhq } from "./shhq.ts";
import { unsplash } from "./unsplash.ts";
import { urlList } from "./url-list.ts";

/** Every kind of source and the code that lists it; a missing one does not compile. */
export const connectors: { [Kind in SourceKind]: Connector<Kind> } = {
  flickr,
  unsplash,
  pixabay,
  laion,
  "url-list": urlList,
  folder,
  s3,
  "deepfashion-multimodal": deepFashionMultiModal,
  shhq,
};

/** The connector of some settings. */
export function connectorOf<Kind extends SourceKind>(settings: { kind: Kind }): Connector<Kind> {
  return connectors[settings.kind];
}
