import type { Client } from "@anyone/contracts/client";
import { sourceApi } from "@anyone/contracts/source";
import { fault } from "@anyone/domain/fault";
import { SourceId } from "@anyone/domain/ids";
import { KINDS_OF_SOURCES } from "@anyone/domain/source/kinds";
import type { SourceSettings } from "@anyone/domain/source/source";

/** @throws Fault `bad-input` where the text is no name of a source. */
export function sourceName(text: string): SourceId {
  const parsed = SourceId.safeParse(text);
  if (parsed.success) return parsed.data;
  throw fault("bad-input", `"${text}" is no name of a source: ${parsed.error.issues[0]?.message}.`, {
    hint: "For example flickr-street.",
  });
}

/** A name of a source from words: "flickr street portrait" → "flickr-street-portrait". */
export function nameFrom(words: string): string {
  return (
    words
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-+|-+$/g, "")
      .slice(0, 62)
      .replace(/-+$/, "") || "folder"
  );
}

/** Adds a source, or replaces its settings. */
export async function putSource(client: Client, id: SourceId, settings: SourceSettings): Promise<void> {
  await client.call(sourceApi.putSource, {
    params: { id },
    body: { settings, enabled: true, automatic: KINDS_OF_SOURCES[settings.kind].automatic },
  });
}
