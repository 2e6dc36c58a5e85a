import { addTasks } from "@anyone/db/add-tasks";
import { grantsBySource } from "@anyone/db/grants";
import { protocolRepository } from "@anyone/db/protocols";
import { isRejudging } from "@anyone/db/rejudges";
import type { CuttableAsset } from "@anyone/db/versions";
import { unpackAll } from "@anyone/domain/annotate/answer";
import type { Protocol } from "@anyone/domain/annotate/protocol";
import { fault } from "@anyone/domain/fault";
import { type CaptionGroup, captionGroups } from "@anyone/domain/release/caption";
import { placeItems } from "@anyone/domain/release/manifest";
import { metadataOf } from "@anyone/domain/release/metadata";
import { LEFT_OUT, type LeftOut, leftOut } from "@anyone/domain/release/permitted";
import { type ReleasePolicy, releasePolicy } from "@anyone/domain/release/policy";
import { countAttributes, type Settled, settle, withoutSensitive } from "@anyone/domain/release/settle";
import { type Split, splitOf } from "@anyone/domain/release/split";
import { done, next, type Outcome, postponed, skipped } from "@anyone/queues/job";
import { sealVersion, writeShard } from "@anyone/queues/jobs/release";
import type { TrainerContext } from "../context.ts";

/** Between two looks at whether all is judged again still. */
const AGAIN_SECONDS = 5;

interface Frozen {
  asset: CuttableAsset;
  settled: Settled;
  split: Split;
}

/**
 * Freezes what a version holds: ids, settled answers, sub-captions, splits by near-duplicate group; plans its shards. What may not be in it
 * is left out and counted. A version is cut of the pool under one version of the thresholds: it waits while all is judged again. What leaves the
 * pool while it is cut is not in it.
 *
 * @throws Fault `conflict` when nothing may be in it.
 */
export async function cutVersion({ version }: { version: number }, context: TrainerContext): Promise<Outcome> {
  const { db, versions } = context;
  const dataset = await versions.get(version);
  // A failed one may be tried again: an operator's retry of its dead task.
  if (dataset.state === "released") return skipped("version-released");
  if (await isRejudging(db)) return postponed("judging-again", AGAIN_SECONDS);
  const policy = releasePolicy(dataset.policy);
  const protocol = await protocolRepository(db).get(dataset.protocolId);
  const [answered, said] = await Promise.all([
    versions.cuttable(dataset.protocolId),
    versions.said(dataset.protocolId),
  ]);
  const { assets, without } = await permitted(answered, policy, context);

  const frozen = assets.map((asset) => {
    const whole = settle(protocol, asset, said.get(asset.id) ?? []);
    const settled = policy.withoutSensitive ? withoutSensitive(protocol, whole) : whole;
    return { asset, settled, split: splitOfAsset(asset, dataset.seed) };
  });
  // Begun since then, it may have taken half of what it takes out.
  if (await isRejudging(db)) return postponed("judging-again", AGAIN_SECONDS);
  return done({
    write: async (tx) => {
      const pooled = await versions.pooled(
        tx,
        frozen.map(({ asset }) => asset.id),
      );
      const held = frozen.filter(({ asset }) => pooled.has(asset.id));
      const { items, shards } = place(held, protocol, policy);
      await versions.freeze(tx, version, { items, shards, counts: { ...countsOf(protocol, held), ...without } });
      await addTasks(
        tx,
        shards.length > 0
          ? shards.map(({ number }) => next(writeShard, { version, shard: number }))
          : [next(sealVersion, { version, nudge: "empty" })],
      );
    },
  });
}

/** What is frozen of each, and the shards that hold them. */
function place(frozen: readonly Frozen[], protocol: Protocol, policy: ReleasePolicy) {
  const placed = placeItems(
    frozen.map(({ asset, split }) => ({ assetId: asset.id, split })),
    policy.shardSize,
  );
  const shardOf = new Map(placed.map(({ assetId, shard }) => [assetId, shard]));
  const items = frozen.map(({ asset, settled, split }) => ({
    assetId: asset.id,
    split,
    shard: shardOf.get(asset.id) ?? 0,
    record: recordOf(protocol, asset, settled, split, policy),
  }));
  const shards = [...Map.groupBy(placed, ({ shard }) => shard)].map(([number, own]) => ({
    number,
    split: own[0]?.split ?? "train",
    count: own.length,
  }));
  return { items, shards };
}

/** The assets that may be in a version, and how many may not by the terms, licences and grants that hold now, for each reason. */
async function permitted(answered: CuttableAsset[], policy: ReleasePolicy, { db }: TrainerContext) {
  const grants = await grantsBySource(db);
  const judged = answered.map((asset) => {
    const origin = { ...asset, grants: grants.get(asset.sourceId) ?? [] };
    return { asset, reason: leftOut(origin, policy) };
  });
  const assets = judged.filter(({ reason }) => !reason).map(({ asset }) => asset);
  const counted = (reason: LeftOut) => judged.filter((one) => one.reason === reason).length;
  const without = Object.fromEntries(LEFT_OUT.map((reason) => [reason.replaceAll("-", "_"), counted(reason)]));
  if (answered.length > 0 && assets.length === 0) {
    const reasons = LEFT_OUT.filter((reason) => counted(reason) > 0).map((reason) => `${counted(reason)} ${reason}`);
    throw fault("conflict", `No image of the pool may be in this version: ${reasons.join(", ")}.`, {
      hint: "`anyone grant` shows what each source permits, and records what its owner grants beyond that.",
    });
  }
  return { assets, without };
}

/** What people measure with is never trained on: a group of the evaluation set is test, whatever chance says. */
function splitOfAsset(asset: CuttableAsset, seed: number): Split {
  return asset.evaluated ? "test" : splitOf(asset.groupId, seed, { validation: 0.1, test: 0.05 });
}

function recordOf(
  protocol: Protocol,
  asset: CuttableAsset,
  settled: Settled,
  split: Split,
  policy: ReleasePolicy,
): Record<string, unknown> {
  const answers = unpackAll(protocol, settled.value, settled.texts);
  const written = Object.entries(answers).filter(([, { value }]) => value !== "not_visible" && value !== "unsure");
  return {
    asset_id: asset.id,
    split,
    size: [asset.width, asset.height],
    source: asset.sourceId,
    licence: asset.licence,
    ...metadataOf(asset, policy),
    protocol: protocol.identity,
    labeller: asset.labeller,
    answers: Object.fromEntries(written.map(([id, { value }]) => [id, value])),
    packed: { value: settled.value, confidence: settled.confidence, giver: settled.giver },
    caption_groups: captionGroups(protocol, answers).map((group) => groupRecord(protocol, group)),
  };
}

/** A sub-caption as a dataset record spells it: the whole person as the list of its parts. */
function groupRecord(protocol: Protocol, { mask, noun, ...group }: CaptionGroup) {
  const [first, last] = protocol.parsing.foreground;
  const parts = mask === "foreground" ? Array.from({ length: last - first + 1 }, (_, index) => first + index) : mask;
  return { ...group, mask: parts, noun: noun === "" ? null : noun };
}

function countsOf(protocol: Protocol, frozen: readonly { settled: Settled; split: Split }[]): Record<string, number> {
  const of = (split: Split) => frozen.filter((item) => item.split === split).length;
  const givers = (giver: number) =>
    frozen.reduce((sum, { settled }) => sum + settled.giver.filter((one) => one === giver).length, 0);
  return {
    items: frozen.length,
    train: of("train"),
    validation: of("validation"),
    test: of("test"),
    attributes: frozen.reduce((sum, { settled }) => sum + countAttributes(protocol, settled), 0),
    model_answers: givers(1),
    human_answers: givers(2),
  };
}
