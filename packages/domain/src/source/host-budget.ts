/** When the next request to a host may leave, shared by all processes: the spacing is kept where the truth is. */
export interface HostBudgets {
  /**
   * Books the host's next free moment and moves that moment on by `intervalMs`.
   * @param host `host:port`
   * @param patienceMs a moment further away than this is not booked
   * @returns milliseconds to wait and the host's failures in a row, or how far away its next moment is
   */
  book(
    host: string,
    intervalMs: number,
    patienceMs: number,
  ): Promise<{ waitMs: number; failures: number } | { tooFarMs: number }>;
  /** The host answered 429 or 5xx: nothing leaves for `pauseMs`, and its failures in a row grow by one. */
  pause(host: string, pauseMs: number): Promise<void>;
  /** The host answered well again. */
  recovered(host: string): Promise<void>;
}
