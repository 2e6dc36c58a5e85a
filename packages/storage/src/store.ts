/**
 * Where objects live. Keys are relative paths of [A-Za-z0-9._/-], made by keys.ts alone.
 * An object is whole or absent: a reader never sees half of one.
 */
export interface Store {
  /** Writes an object, replacing the one under this key. */
  put(key: string, bytes: Uint8Array, options?: PutOptions): Promise<void>;
  /** Writes an object unless the key is taken; false when it was. Of many at once exactly one gets true. */
  putIfAbsent(key: string, bytes: Uint8Array, options?: PutOptions): Promise<boolean>;
  /** Reads a whole object. Fault `not-found` when there is none. */
  get(key: string): Promise<Uint8Array>;
  /** Reads an object piece by piece, from byte `start` up to but not including byte `end`. Fault `not-found` when there is none. */
  open(key: string, range?: { start?: number; end?: number }): Promise<ReadableStream<Uint8Array>>;
  has(key: string): Promise<boolean>;
  /** Bytes of an object. Fault `not-found` when there is none. */
  size(key: string): Promise<number>;
  /** Removes an object; no fault when there was none. */
  delete(key: string): Promise<void>;
  /** Keys that begin with `prefix`. Servers differ in their order: who needs one sorts. */
  list(prefix: string): AsyncIterable<string>;
}

export interface PutOptions {
  contentType?: string;
}
