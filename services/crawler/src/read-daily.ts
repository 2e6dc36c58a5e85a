const KEPT_FOR_MS = 24 * 3_600_000;
const UNREAD_FOR_MS = 60_000;

/**
 * What hosts say of themselves, each read once a day and process. One that cannot be read for now gives the same refusal for a minute, and is
 * then asked again.
 */
export class ReadDaily<Value> {
  readonly #known = new Map<string, { value: Promise<Value>; until: number }>();
  readonly #most: number;

  /** @param most hosts that are kept in memory; the one read longest ago goes first */
  constructor(most: number) {
    this.#most = most;
  }

  of(origin: string, read: () => Promise<Value>): Promise<Value> {
    const known = this.#known.get(origin);
    if (known && known.until > Date.now()) return known.value;
    const value = read();
    const entry = { value, until: Date.now() + KEPT_FOR_MS };
    this.#known.delete(origin);
    this.#known.set(origin, entry);
    value.catch(() => {
      entry.until = Date.now() + UNREAD_FOR_MS;
    });
    if (this.#known.size > this.#most) this.#known.delete(this.#known.keys().next().value ?? "");
    return value;
  }
}
