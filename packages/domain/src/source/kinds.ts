import type { SourceKind } from "./source.ts";

/** What people must know of a kind of source to set one up. */
export interface KindOfSource {
  label: string;
  /** The one setting without which it cannot start; everything else has a default. */
  asks: { setting: string; label: string; example: string; several: boolean };
  /** The crawler's variable that holds the key. */
  key?: string;
  /** Whether the pool's watch starts it unless it is told otherwise; what lies on a disk is imported once, by hand. */
  automatic: boolean;
}

/** Every kind of source, for the command's help and the dashboard's form. */
export const KINDS_OF_SOURCES: Readonly<Record<SourceKind, KindOfSource>> = {
  folder: {
    label: "Folder of photographs",
    asks: {
      setting: "path",
      label: "Folder on the crawler's machine",
      example: "/data/photographs",
      several: false,
    },
    automatic: false,
  },
  flickr: {
    label: "Flickr API",
    asks: { setting: "text", label: "Search text", example: "person portrait", several: false },
    key: "FLICKR_API_KEY",
    automatic: true,
  },
  unsplash: {
    label: "Unsplash API",
    asks: { setting: "text", label: "Search text", example: "person portrait", several: false },
    key: "UNSPLASH_ACCESS_KEY",
    automatic: true,
  },
  pixabay: {
    label: "Pixabay API",
    asks: { setting: "text", label: "Search text", example: "person portrait", several: false },
    key: "PIXABAY_API_KEY",
    automatic: true,
  },
  laion: {
    label: "LAION metadata",
    asks: {
      setting: "files",
      label: "URLs of parquet files, separated by spaces",
      example: "https://…/part-0000.parquet",
      several: true,
    },
    automatic: true,
  },
  "url-list": {
    label: "List of URLs",
    asks: {
      setting: "files",
      label: "URLs or paths of csv, txt, jsonl or parquet files, separated by spaces",
      example: "/data/photographs.csv",
      several: true,
    },
    automatic: true,
  },
  s3: {
    label: "S3 bucket",
    asks: { setting: "bucket", label: "Bucket on the crawler's S3 server", example: "photographs", several: false },
    automatic: false,
  },
  "deepfashion-multimodal": {
    label: "DeepFashion-MultiModal",
    asks: {
      setting: "path",
      label: "Folder it was unpacked into, on the crawler's machine",
      example: "/data/DeepFashion-MultiModal",
      several: false,
    },
    automatic: false,
  },
  shhq: {
    label: "SHHQ-1.0",
    asks: {
      setting: "path",
      label: "Folder it was unpacked into, on the crawler's machine",
      example: "/data/SHHQ-1.0",
      several: false,
    },
    automatic: false,
  },
};
