import { type Fault, fault } from "../fault.ts";
import type { Grant } from "./grant.ts";
import { isOpenLicence, type SourceTerms, type SourceUse, termsOf, whereTold } from "./terms.ts";

/** Whether one use is permitted, and by what. `why` is a sentence for people. */
export type Permission =
  | { use: SourceUse; permitted: true; by: "terms" | "licence" | "grant"; why: string }
  | { use: SourceUse; permitted: false; by: "terms" | "licence"; why: string };

/** What is asked about: a source as the operator named it, of a kind with terms, with the grants recorded for it. */
export interface Permitting {
  sourceId: string;
  kind: string;
  grants: readonly Pick<Grant, "id" | "grantedBy" | "uses" | "until" | "state">[];
}

/** What a crawl does with every image it brings, as far as it is known before any image is. */
export const CRAWL_USES = ["collect", "store", "train"] as const satisfies readonly SourceUse[];

/**
 * Whether images of a source may be used so: by its terms, by a grant in force, or by the image's own licence. Without an image at hand
 * (`licence` undefined) what licences decide is permitted: each image will be asked.
 */
export function permit(source: Permitting, use: SourceUse, licence?: string | null): Permission {
  const terms = termsOf(source.kind);
  if (terms?.uses[use] === "allowed") {
    return { use, permitted: true, by: "terms", why: `The terms allow it (${whereTold(terms)}).` };
  }
  const grant = source.grants.find((one) => one.state === "in-force" && one.uses.includes(use));
  if (grant) {
    const end = grant.until === null ? "until it is revoked" : `until ${grant.until}`;
    return { use, permitted: true, by: "grant", why: `Grant ${grant.id} by ${grant.grantedBy} holds ${end}.` };
  }
  if (!terms)
    return { use, permitted: false, by: "terms", why: `The terms of sources like "${source.kind}" are not known.` };
  if (terms.uses[use] === "by-grant") return { use, permitted: false, by: "terms", why: told(source.kind, terms) };
  if (licence === undefined) return { use, permitted: true, by: "licence", why: `Each image's licence decides.` };
  return isOpenLicence(licence)
    ? { use, permitted: true, by: "licence", why: `Its licence is ${licence}.` }
    : {
        use,
        permitted: false,
        by: "licence",
        why: `Its licence ${licence ? `(${licence}) does not allow it` : "is not known"}.`,
      };
}

function told(kind: string, terms: SourceTerms): string {
  return `${kind} ${terms.because} (${whereTold(terms)}).`;
}

/** Why a crawl of a source may not start: the fault to throw, with the grant that is missing and how to record it. Undefined when it may. */
export function crawlRefusal(source: Permitting): Fault | undefined {
  const missing = CRAWL_USES.map((use) => permit(source, use)).filter(({ permitted }) => !permitted);
  const [first] = missing;
  if (!first) return undefined;
  const uses = missing.map(({ use }) => use);
  const ended = source.grants.find(
    (grant) => grant.state === "expired" && uses.some((use) => grant.uses.includes(use)),
  );
  const formerly = ended ? ` Grant ${ended.id} by ${ended.grantedBy} ended on ${ended.until}.` : "";
  const asked = termsOf(source.kind)?.asked;
  return fault(
    "conflict",
    `The source "${source.sourceId}" may not be crawled without a grant to ${andOf(uses)}: ${first.why}${formerly}`,
    {
      hint:
        `${asked ? `Ask ${asked}. ` : ""}Once it is granted, record it: ` +
        `anyone grant record ${source.sourceId} --uses ${uses.join(",")} --by <who> --document <where the paper is> --until <day>.`,
    },
  );
}

/** "collect", "collect and store", "collect, store and train". */
function andOf(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
