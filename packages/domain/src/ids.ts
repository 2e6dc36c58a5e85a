import { z } from "zod";

const text = z.string().min(1).max(200);

/** A source as the operator named it, for example `flickr-street`. */
export const SourceId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "lower-case letters, digits and dashes, at most 63")
  .brand<"SourceId">();
export type SourceId = z.infer<typeof SourceId>;

export const CrawlId = text.brand<"CrawlId">();
export type CrawlId = z.infer<typeof CrawlId>;

/** Made from the source and the id the source gave the image: the same image listed twice is one candidate. */
export const CandidateId = text.brand<"CandidateId">();
export type CandidateId = z.infer<typeof CandidateId>;

/** The sha256 (64 hex digits) of the admitted original's bytes. */
export const AssetId = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "64 hex digits of a sha256")
  .brand<"AssetId">();
export type AssetId = z.infer<typeof AssetId>;

/** Name and version of a label protocol, for example `prime-human@1.0.0`. */
export const ProtocolId = text.brand<"ProtocolId">();
export type ProtocolId = z.infer<typeof ProtocolId>;

/** A version of the labeller: `embedded-0` is the untrained one, `embedded-<iteration>` what an iteration made. */
export const LabellerId = text.brand<"LabellerId">();
export type LabellerId = z.infer<typeof LabellerId>;

export const ReviewTaskId = text.brand<"ReviewTaskId">();
export type ReviewTaskId = z.infer<typeof ReviewTaskId>;

export const RunId = text.brand<"RunId">();
export type RunId = z.infer<typeof RunId>;

export const CheckpointId = text.brand<"CheckpointId">();
export type CheckpointId = z.infer<typeof CheckpointId>;

/** Iterations and dataset versions are numbered from 1. */
export const Ordinal = z.number().int().min(1).max(32767);
