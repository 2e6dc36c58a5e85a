/** A time limit that stands still while we ourselves wait: a polite pause is no fault of the host. Starts stopped. */
export class Deadline {
  readonly #abort = new AbortController();
  #leftMs: number;
  #since: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(limitMs: number) {
    this.#leftMs = limitMs;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  go(): void {
    if (this.#since !== undefined) return;
    this.#since = Date.now();
    this.#timer = setTimeout(
      () => this.#abort.abort(new DOMException("too slow", "TimeoutError")),
      Math.max(0, this.#leftMs),
    );
  }

  pause(): void {
    if (this.#since === undefined) return;
    clearTimeout(this.#timer);
    this.#leftMs -= Date.now() - this.#since;
    this.#since = undefined;
  }
}
