import { ApiError, type Client } from "@anyone/contracts/client";
import { filterApi } from "@anyone/contracts/filter";
import { sourceApi } from "@anyone/contracts/source";
import type { FilterReport } from "@anyone/domain/filter/report";
import { AssetId, CandidateId } from "@anyone/domain/ids";
import { decode, readHeader } from "@anyone/vision/decode";
import { thumbnail } from "@anyone/vision/thumbnail";
import { dataUrl } from "../html/data-url.ts";
import { type SamplePictures, shownSamples } from "./shown-samples.ts";

/** Longest side in pixels: about 6 kB each. */
const LONGEST = 180;
const AT_ONCE = 4;

/** Reads every sample's picture. What was dropped may be anything: it is decoded as carefully as the filter does. */
export async function samplePictures(client: Client, report: FilterReport): Promise<SamplePictures> {
  const wanted = shownSamples(report)
    .flatMap(({ samples }) => samples)
    .filter(({ viewable, assetId }) => viewable || assetId);
  const urls = new Map<string, string>();
  let unread = 0;
  const left = [...wanted];
  const work = async () => {
    for (let one = left.pop(); one; one = left.pop()) {
      const small = await smallPicture(await bytesOf(client, one));
      if (small) urls.set(one.id, dataUrl(small));
      else unread++;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { urls, unread };
}

async function bytesOf(client: Client, { id, assetId }: { id: string; assetId: string | null }) {
  const asked = assetId
    ? client.call(filterApi.getThumbnail, { params: { id: AssetId.parse(assetId) } })
    : client.call(sourceApi.getCandidateImage, { params: { id: CandidateId.parse(id) } });
  const response = await asked.catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  });
  return response && new Uint8Array(await response.arrayBuffer());
}

async function smallPicture(bytes: Uint8Array | undefined): Promise<Uint8Array | undefined> {
  if (!bytes) return undefined;
  const header = await readHeader(bytes);
  const picture = header.ok ? await decode(bytes, header.value) : header;
  return picture.ok ? thumbnail(picture.value.view, LONGEST) : undefined;
}
