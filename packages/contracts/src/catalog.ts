import { anchoringApi } from "./anchoring.ts";
import { annotateApi } from "./annotate.ts";
import { answersTransferApi } from "./answers-transfer.ts";
import { consentApi } from "./consent.ts";
import { crawlPreviewApi } from "./crawl-preview.ts";
import { evaluateApi } from "./evaluate.ts";
import { filterApi } from "./filter.ts";
import { grantsApi } from "./grants.ts";
import { missingApi } from "./missing.ts";
import type { AnyOperation } from "./operation.ts";
import { peopleApi } from "./people.ts";
import { releaseApi } from "./release.ts";
import { reviewApi } from "./review.ts";
import { slotsApi } from "./review-slots.ts";
import { sourceApi } from "./source.ts";
import { systemApi } from "./system.ts";
import { thresholdsApi } from "./thresholds.ts";
import { trainApi } from "./train.ts";
import { webhooksApi } from "./webhooks.ts";

/** Every operation of the API: with its `access`, the one table of who may do what. What is not in it does not exist. */
export const CATALOG: readonly AnyOperation[] = [
  sourceApi,
  crawlPreviewApi,
  missingApi,
  grantsApi,
  consentApi,
  filterApi,
  thresholdsApi,
  annotateApi,
  reviewApi,
  slotsApi,
  peopleApi,
  anchoringApi,
  answersTransferApi,
  releaseApi,
  trainApi,
  evaluateApi,
  systemApi,
  webhooksApi,
].flatMap((api) => Object.values(api));
