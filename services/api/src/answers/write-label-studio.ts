import type { ExportedAnswer } from "@anyone/domain/review/exported-answer";

/**
 * Answers as Label Studio's JSON: a list of tasks, one a line. A task is an asset with the answers of one submission,
 * whose rows follow each other; a category is a control (`from_name`), an answer one of its choices, with the second
 * colour as the second choice. What Label Studio has no place for stands in each result's `meta`.
 */
export async function* writeLabelStudio(answers: AsyncIterable<ExportedAnswer[]>): AsyncGenerator<Buffer> {
  let page: ExportedAnswer[] = [];
  let begun = false;
  const tell = (task: readonly ExportedAnswer[]) => {
    const text = `${begun ? ",\n" : "[\n"}${JSON.stringify(taskOf(task))}`;
    begun = true;
    return text;
  };
  for await (const rows of answers) {
    let text = "";
    for (const row of rows) {
      const [first] = page;
      if (first && (first.key !== row.key || first.asset !== row.asset || first.reviewer !== row.reviewer)) {
        text += tell(page);
        page = [];
      }
      page.push(row);
    }
    if (text !== "") yield Buffer.from(text);
  }
  yield Buffer.from(`${page.length > 0 ? tell(page) : begun ? "" : "["}\n]\n`);
}

function taskOf(page: readonly ExportedAnswer[]) {
  const [first, last] = [page[0] as ExportedAnswer, page.at(-1) as ExportedAnswer];
  return {
    id: last.id,
    data: { asset: first.asset, image: `/v1/assets/${first.asset}/image` },
    annotations: [
      {
        id: last.id,
        was_cancelled: false,
        created_at: first.answered_at,
        lead_time: page.reduce((sum, { milliseconds = 0 }) => sum + milliseconds, 0) / 1000,
        result: page.map(resultOf),
      },
    ],
  };
}

function resultOf({ asset: _, category, answer, second, ...meta }: ExportedAnswer) {
  const choices = second === undefined ? [answer] : [answer, second];
  return { id: String(meta.id), from_name: category, to_name: "image", type: "choices", value: { choices }, meta };
}
