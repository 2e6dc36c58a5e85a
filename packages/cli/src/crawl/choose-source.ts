import type { Client } from "@anyone/contracts/client";
import { sourceApi } from "@anyone/contracts/source";
import { Fault, fault, whatDoesNotFit } from "@anyone/domain/fault";
import type { SourceId } from "@anyone/domain/ids";
import { KINDS_OF_SOURCES } from "@anyone/domain/source/kinds";
import { type SourceKind, SourceSettings } from "@anyone/domain/source/source";
import { nameFrom, sourceName } from "./name-source.ts";

export interface Chosen {
  sourceId: SourceId;
  /** Of a source that is not there yet, or is to be changed. */
  settings: SourceSettings | undefined;
  /** Searched for in place of what the source's settings say. */
  query: string | undefined;
}

/**
 * What is to be crawled: a source by its name, or a kind of source, which with a query becomes a source named after both.
 * @throws Fault `bad-input` with what is missing
 */
export async function chooseSource(
  client: Client,
  name: string,
  { settings: given, query }: { settings?: string | undefined; query?: string | undefined },
): Promise<Chosen> {
  const { items } = await client.call(sourceApi.listSources);
  if (given !== undefined) return { sourceId: sourceName(name), settings: readSettings(given), query };
  if (items.some(({ id }) => id === name)) return { sourceId: sourceName(name), settings: undefined, query };
  if (!Object.hasOwn(KINDS_OF_SOURCES, name)) {
    const kinds = Object.keys(KINDS_OF_SOURCES).join(", ");
    throw fault("bad-input", `There is no source "${name}", and no kind of source of that name.`, {
      hint: `Kinds are ${kinds}. anyone crawl lists the sources that are there.`,
    });
  }
  const kind = name as SourceKind;
  const { asks } = KINDS_OF_SOURCES[kind];
  if (asks.setting !== "text") {
    throw fault("bad-input", `A source of the kind ${kind} needs its ${asks.setting}: ${asks.label.toLowerCase()}.`, {
      hint: `For example: anyone crawl my-${kind} --settings '${JSON.stringify({ kind, [asks.setting]: asks.several ? [asks.example] : asks.example })}'.`,
    });
  }
  if (query === undefined) {
    throw fault("bad-input", `There is no source "${kind}" yet: what is to be searched for?`, {
      hint: `For example: anyone crawl --source ${kind} --query "${asks.example}" --limit 500.`,
    });
  }
  const sourceId = sourceName(nameFrom(`${kind} ${query}`));
  const known = items.some(({ id }) => id === sourceId);
  return { sourceId, settings: known ? undefined : parse({ kind, text: query }), query: undefined };
}

const HINT = 'For example: \'{"kind":"laion","files":["https://example.org/part-00000.parquet"]}\'.';

function readSettings(text: string): SourceSettings {
  try {
    return parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw fault("bad-input", "--settings is not valid JSON.", { cause: error, hint: HINT });
  }
}

function parse(given: unknown): SourceSettings {
  const { data, error } = SourceSettings.safeParse(given);
  if (data) return data;
  throw fault("bad-input", `These are not a source's settings: ${whatDoesNotFit(error)}.`, { hint: HINT });
}
