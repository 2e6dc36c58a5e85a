import { z } from "zod";
import { jsonElements } from "./json-elements.ts";

const Result = z.looseObject({
  from_name: z.string(),
  type: z.string(),
  value: z.looseObject({ choices: z.array(z.unknown()).optional(), text: z.array(z.unknown()).optional() }),
  meta: z.looseObject({}).optional(),
});
const Task = z.looseObject({
  data: z.looseObject({ asset: z.unknown().optional(), image: z.unknown().optional() }),
  annotations: z.array(
    z.looseObject({
      was_cancelled: z.boolean().nullish(),
      created_at: z.string().nullish(),
      completed_by: z.unknown().optional(),
      result: z.array(z.unknown()),
    }),
  ),
});

/**
 * Rows of a Label Studio export in JSON. Each result of type `choices` is an answer: `from_name` is the category's id, the
 * first choice the answer, a second one the second colour; a `textarea` is free text. The asset is `data.asset`, or the 64
 * hex digits in the address `data.image`; who answered is `meta.reviewer` of a result, or `completed_by` of its annotation.
 * What can't be read is a sentence instead.
 */
export async function* readLabelStudio(path: string): AsyncGenerator<unknown> {
  let task = 0;
  for await (const { text, whole } of jsonElements(path)) {
    task++;
    if (whole) yield* rowsOf(text, task);
    else yield `The file ends in the middle of its list, at task ${task}: ${text.slice(0, 100)}`;
  }
}

function rowsOf(text: string, number: number): unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return [`Task ${number} is no JSON: ${error instanceof Error ? error.message : String(error)}`];
  }
  const task = Task.safeParse(value);
  if (!task.success) return [`Task ${number} is none of Label Studio's: it needs data and annotations with results.`];
  const { data, annotations } = task.data;
  const asset = data.asset ?? /[0-9a-f]{64}/.exec(String(data.image))?.[0];
  return annotations
    .filter(({ was_cancelled }) => !was_cancelled)
    .flatMap(({ result, completed_by, created_at }) =>
      result.map((one) => {
        const parsed = Result.safeParse(one);
        if (!parsed.success) return `Task ${number} has a result without from_name, type and value.`;
        return rowOf(parsed.data, { asset, reviewer: nameOf(completed_by), answered_at: created_at ?? undefined });
      }),
    );
}

function rowOf({ from_name, type, value, meta }: z.infer<typeof Result>, about: Record<string, unknown>): unknown {
  const said = type === "choices" ? value.choices : type === "textarea" ? value.text : undefined;
  if (!said) return `A result of ${from_name} is ${type}; answers are choices or textarea.`;
  const [answer, second, ...more] = said;
  if (more.length > 0) return `A result of ${from_name} has ${said.length} choices; two are the most.`;
  return { ...about, ...meta, category: from_name, answer, second };
}

/** Label Studio names people by number, or by an object with an e-mail address. */
function nameOf(by: unknown): string | undefined {
  if (typeof by === "number") return `label-studio-${by}`;
  if (typeof by === "string") return by;
  if (typeof by !== "object" || by === null) return undefined;
  const { email, username, id } = by as Record<string, unknown>;
  return ([email, username].find((name) => typeof name === "string") as string | undefined) ?? nameOf(id);
}
