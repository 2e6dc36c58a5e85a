/** What APIs answered, kept for as long as they ask their callers to keep it, for all processes. */
export interface AnswerCache {
  /** @param request the URL without its key @returns undefined when nothing is kept, or no longer */
  get(request: string): Promise<string | undefined>;
  keep(request: string, answer: string, forMs: number): Promise<void>;
}
