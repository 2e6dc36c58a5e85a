/** A prompt as CLIP reads it: 77 token ids, start and end included, zeros after the end. */
export type Tokenizer = (text: string) => BigInt64Array;

const CONTEXT = 77;
/** Pairs that CLIP's vocabulary keeps of the file's: the ids end at 49,408. */
const MERGES = 49_152 - 256 - 2;
const WORDS = /<start_of_text>|<end_of_text>|'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+/giu;

/**
 * Byte-pair encoding over CLIP's vocabulary file (`bpe_simple_vocab_16e6.txt`: one line of version, then a pair of pieces a line, the pair
 * merged first on top).
 */
export function openTokenizer(vocabulary: string): Tokenizer {
  const pairs = vocabulary
    .split("\n")
    .slice(1, MERGES + 1)
    .filter((line) => line.includes(" "));
  const ranks = new Map(pairs.map((pair, rank) => [pair.trim(), rank]));
  const letters = byteLetters();
  const pieces = [...letters.inOrder, ...letters.inOrder.map((letter) => `${letter}</w>`)];
  pieces.push(...pairs.map((pair) => pair.trim().replace(" ", "")), "<start_of_text>", "<end_of_text>");
  const ids = new Map(pieces.map((piece, id) => [piece, id]));
  const [start, end] = [pieces.length - 2, pieces.length - 1];

  return (text) => {
    const clean = text.replaceAll(/\s+/g, " ").trim().toLowerCase();
    const tokens = [...clean.matchAll(WORDS)].flatMap(([word]) => {
      const spelled = Array.from(new TextEncoder().encode(word), (byte) => letters.byByte[byte] as string);
      return merge(spelled, ranks).map((piece) => ids.get(piece) as number);
    });
    const out = new BigInt64Array(CONTEXT);
    const all = [start, ...tokens.slice(0, CONTEXT - 2), end];
    all.forEach((id, i) => {
      out[i] = BigInt(id);
    });
    return out;
  };
}

/** Merges the best-ranked neighbours, all of that pair at once, until no pair of the file is left. */
function merge(letters: readonly string[], ranks: ReadonlyMap<string, number>): string[] {
  let word = [...letters.slice(0, -1), `${letters.at(-1)}</w>`];
  for (;;) {
    let best: string | undefined;
    let lowest = Number.POSITIVE_INFINITY;
    for (let i = 0; i + 1 < word.length; i++) {
      const rank = ranks.get(`${word[i]} ${word[i + 1]}`) ?? Number.POSITIVE_INFINITY;
      if (rank < lowest) [lowest, best] = [rank, `${word[i]} ${word[i + 1]}`];
    }
    if (best === undefined) return word;
    const next: string[] = [];
    for (let i = 0; i < word.length; i++) {
      if (`${word[i]} ${word[i + 1]}` === best) next.push(`${word[i]}${word[++i]}`);
      else next.push(word[i] as string);
    }
    word = next;
  }
}

/** A printable letter for every byte: printable ones of Latin-1 stand for themselves and come first, the others follow from 256. */
function byteLetters(): { byByte: string[]; inOrder: string[] } {
  const span = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const printable = [...span(33, 126), ...span(161, 172), ...span(174, 255)];
  const others = span(0, 255).filter((byte) => !printable.includes(byte));
  const byByte: string[] = [];
  printable.forEach((byte) => {
    byByte[byte] = String.fromCodePoint(byte);
  });
  others.forEach((byte, i) => {
    byByte[byte] = String.fromCodePoint(256 + i);
  });
  return { byByte, inOrder: [...printable, ...others].map((byte) => byByte[byte] as string) };
}
