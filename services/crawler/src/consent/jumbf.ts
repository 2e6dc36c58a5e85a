/** A content box with the label of the superbox it lies in. */
export interface LabelledBox {
  label: string;
  type: string;
  content: Uint8Array;
}

const DEEPEST = 16;
const MOST_BOXES = 10_000;

/** The content boxes of a JUMBF tree (ISO/IEC 19566-5), in their order. Damage ends the walk; what stands before it is given. */
export function readBoxes(bytes: Uint8Array): LabelledBox[] {
  const found: LabelledBox[] = [];
  let budget = MOST_BOXES;
  const walk = (region: Buffer, label: string, depth: number) => {
    let own = label;
    for (const { type, content } of boxes(region)) {
      if (--budget < 0 || depth > DEEPEST) return;
      if (type === "jumb") walk(content, "", depth + 1);
      else if (type === "jumd") own = labelOf(content);
      else found.push({ label: own, type, content });
    }
  };
  walk(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), "", 0);
  return found;
}

/** Length, type, content; a length of 1 is followed by one of 8 bytes, 0 means up to the end. */
function* boxes(region: Buffer): Generator<{ type: string; content: Buffer }> {
  let at = 0;
  while (at + 8 <= region.length) {
    const short = region.readUInt32BE(at);
    const type = region.toString("latin1", at + 4, at + 8);
    if (short === 1 && at + 16 > region.length) return;
    const head = short === 1 ? 16 : 8;
    const length = short === 1 ? Number(region.readBigUInt64BE(at + 8)) : short === 0 ? region.length - at : short;
    if (length < head) return;
    yield { type, content: region.subarray(at + head, at + length) };
    at += length;
  }
}

/** A description box: type of 16 bytes, toggles, then the label and its NUL when the toggles say so. */
function labelOf(content: Buffer): string {
  if (((content[16] ?? 0) & 0b10) === 0) return "";
  const end = content.indexOf(0, 17);
  return content.toString("utf8", 17, end < 0 ? content.length : Math.min(end, 17 + 256));
}
