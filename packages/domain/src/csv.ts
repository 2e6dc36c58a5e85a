const QUOTE = 0x22;
const NEWLINE = 0x0a;

/**
 * The byte after the record that begins at `from`, its line's end included; undefined when the bytes end before it does.
 * @param quoted whether a line's end inside of quotes belongs to the record (RFC 4180); a doubled quote closes and opens
 */
export function recordEnd(bytes: Uint8Array, from: number, quoted: boolean): number | undefined {
  if (!quoted) {
    const at = bytes.indexOf(NEWLINE, from);
    return at < 0 ? undefined : at + 1;
  }
  for (let at = from; ; ) {
    const newline = bytes.indexOf(NEWLINE, at);
    const quote = bytes.indexOf(QUOTE, at);
    if (quote < 0 || (newline >= 0 && newline < quote)) return newline < 0 ? undefined : newline + 1;
    const closing = bytes.indexOf(QUOTE, quote + 1);
    if (closing < 0) return undefined;
    at = closing + 1;
  }
}

/** The fields of one record. What stands after a closing quote belongs to its field, as most readers have it. */
export function csvFields(record: string, delimiter: string): string[] {
  const line = record.replace(/\r?\n$/, "");
  const fields: string[] = [];
  for (let at = 0; at <= line.length; ) {
    let field = "";
    if (line[at] === '"') {
      for (at++; at < line.length; at++) {
        const quote = line.indexOf('"', at);
        const end = quote < 0 ? line.length : quote;
        field += line.slice(at, end);
        at = end + 1;
        if (line[at] !== '"') break;
        field += '"';
      }
    }
    const next = line.indexOf(delimiter, at);
    const end = next < 0 ? line.length : next;
    fields.push(field + line.slice(at, end));
    at = end + 1;
  }
  return fields;
}
