import { open } from "node:fs/promises";
import { fault } from "@anyone/domain/fault";

const CHUNK = 1024 * 1024;
/** A task with the answers of a hundred people is a tenth of that. */
const LONGEST = 16 * 1024 * 1024;

const [QUOTE, BACKSLASH, COMMA, OPEN_LIST, CLOSE_LIST, OPEN, CLOSE] = [...'"\\,[]{}'].map((sign) => sign.charCodeAt(0));

/**
 * The elements of a JSON file that is one list, each as its own text: memory is that of one element, however long the list.
 * The last is `whole: false` where the file ends before its list does.
 *
 * @throws Fault `bad-input` when the file does not begin as a list, or an element is longer than 16 MB
 */
export async function* jsonElements(path: string): AsyncGenerator<{ text: string; whole: boolean }> {
  const file = await open(path, "r");
  const pieces: Buffer[] = [];
  const state = { depth: 0, inText: false, escaped: false, closed: false };
  try {
    for (;;) {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK);
      if (bytesRead === 0 || state.closed) break;
      const bytes = buffer.subarray(0, bytesRead);
      let begin = 0;
      for (let at = 0; at < bytes.length && !state.closed; at++) {
        const before = state.depth;
        const sign = bytes[at] as number;
        step(state, sign, path);
        if (before === 0 && state.depth === 1) begin = at + 1;
        const ends = before === 1 && !state.inText && (sign === COMMA || state.depth === 0);
        if (!ends) continue;
        const text = Buffer.concat([...pieces, bytes.subarray(begin, at)])
          .toString("utf8")
          .trim();
        pieces.length = 0;
        begin = at + 1;
        state.closed = state.depth === 0;
        if (text !== "") yield { text, whole: true };
      }
      if (state.closed) break;
      if (state.depth > 0) pieces.push(bytes.subarray(begin));
      if (pieces.reduce((sum, { length }) => sum + length, 0) > LONGEST) {
        throw fault("bad-input", `A task in ${path} is longer than 16 MB.`, { hint: "Is it a Label Studio export?" });
      }
    }
  } finally {
    await file.close();
  }
  if (!state.closed) yield { text: Buffer.concat(pieces).toString("utf8").trim(), whole: false };
}

function step(state: { depth: number; inText: boolean; escaped: boolean }, sign: number, path: string): void {
  if (state.inText) {
    if (state.escaped) state.escaped = false;
    else if (sign === BACKSLASH) state.escaped = true;
    else if (sign === QUOTE) state.inText = false;
    return;
  }
  if (state.depth === 0 && sign !== OPEN_LIST) {
    if (sign <= 0x20 || sign === 0xef || sign === 0xbb || sign === 0xbf) return;
    throw fault("bad-input", `${path} is not a list of tasks in JSON.`, {
      hint: "Export from Label Studio as JSON, or name another --format.",
    });
  }
  if (sign === QUOTE) state.inText = true;
  else if (sign === OPEN_LIST || sign === OPEN) state.depth++;
  else if (sign === CLOSE_LIST || sign === CLOSE) state.depth--;
}
