import type { OpenDatabase } from "@anyone/db/client";
import { gates } from "@anyone/domain/filter/gate";
import { firstDrop } from "@anyone/domain/filter/judge";
import type { Measurement } from "@anyone/domain/filter/verdict";
import type { ModelIdentity } from "@anyone/domain/model";

/** Shorter sides of the largest faces: even steps, so that a threshold between two of them is no question of rounding. */
export const FACES = Array.from({ length: 120 }, (_, n) => 90 + 3 * n);

const model = (slot: ModelIdentity["slot"], tier: ModelIdentity["tier"]): ModelIdentity => ({
  ...{ slot, tier, model: `${slot} model`, version: "1", sha256: slot.padEnd(64, "0") },
});
const models = [
  ...(["person", "face", "fake-person"] as const).map((slot) => model(slot, "embedded")),
  ...(["preference", "nsfw", "aesthetic", "watermark"] as const).map((slot) => model(slot, "none")),
];

/** What was measured on each, in the order of their ids. */
export const MEASURED: readonly Measurement[] = [
  ...FACES.map((side, n) => picture({ faces: [face(side)], brisque: 8 + ((n * 7) % 38), fakeness: (n % 40) / 100 })),
  ...Array.from({ length: 60 }, (_, n) => picture({ brisque: 50 + n, faceCleanness: 0.3 + (n % 30) / 100 })),
  ...Array.from({ length: 40 }, (_, n) => picture({ fakeness: 0.6 + n / 100, brisque: 20 + (n % 25) })),
  ...Array.from({ length: 30 }, (_, n): Measurement => ({ width: 400 + 8 * n, height: 900 + 16 * n, models: [] })),
];

/**
 * Candidates that were judged by what was measured on them: two sources, faces of all sizes that only their size decides about, and as many of
 * other scores. The pictures are those of what the pool's seed dropped.
 */
export async function seedJudged(db: OpenDatabase): Promise<void> {
  for (const [n, one] of MEASURED.entries()) {
    const reason = firstDrop(one, gates) ?? null;
    const source = n % 3 === 0 ? "laion-people" : "drawn-flickr";
    await db.query(
      `insert into candidates (id, source_id, crawl_id, external_id, url, status, reason, verdict, object_key, content_type, listed_at, fetched_at, filtered_at)
       select $1, $2, 'crawl-1', $1, 'https://images.example.org/' || $1, $3, $4, $5, object_key, content_type, now(), now(), now()
         from candidates where id = $6`,
      [
        `judged.${String(n).padStart(3, "0")}`,
        source,
        reason === null ? "kept" : "dropped",
        reason,
        JSON.stringify({ ...one, gates: gates.version }),
        `drawn-flickr.${9_000 + (n % 4)}`,
      ],
    );
  }
}

function picture(other: Partial<Measurement>): Measurement {
  return {
    ...{ width: 1000, height: 1600, persons: [{ score: 0.9, box: [100, 100, 900, 1500] }], faces: [face(300)] },
    ...{ flatness: 0.1, brisque: 20, fakeness: 0.05, faceCleanness: 0.8, models },
    ...other,
  };
}

function face(side: number): { score: number; box: [number, number, number, number] } {
  return { score: 0.9, box: [300, 150, 300 + side, 150 + side] };
}
