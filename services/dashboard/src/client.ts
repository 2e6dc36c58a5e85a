import { type Answer, ApiError, type ClientOptions, createClient, type Input } from "@anyone/contracts/client";
import type { AnyOperation } from "@anyone/contracts/operation";
import { keepPreviousData, QueryClient, useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";

/** The API this page came from; the browser's session cookie says who asks. */
export const api = createClient({} satisfies ClientOptions);

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 1_000,
      placeholderData: keepPreviousData,
      // an answer of the server is an answer; only what did not arrive is asked for again
      retry: (count, error) => count < 2 && !(error instanceof ApiError && error.status > 0 && error.status < 500),
    },
  },
});

interface Options {
  /** Milliseconds between readings; events of the server cause one sooner. */
  every?: number;
  enabled?: boolean;
}

/** Reads an operation, again and again where `every` is given. */
export function useApi<Op extends AnyOperation>(operation: Op, input?: Input<Op>, options: Options = {}) {
  return useQuery<Answer<Op>>({
    queryKey: [operation.stage, operation.id, input ?? null],
    queryFn: () => call(operation, input),
    refetchInterval: options.every ?? false,
    enabled: options.enabled ?? true,
  });
}

interface Paged {
  items: unknown[];
  nextCursor: string | null;
}

/** Reads a list page by page; `rows` are those of all pages read so far. */
export function usePages<Op extends AnyOperation>(
  operation: Op,
  query: Record<string, unknown> = {},
  options: Options = {},
) {
  type Item = Answer<Op> extends { items: (infer I)[] } ? I : never;
  const list = useInfiniteQuery({
    queryKey: [operation.stage, operation.id, query],
    queryFn: ({ pageParam }) => call(operation, { query: { ...query, cursor: pageParam } } as never) as Promise<Paged>,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    refetchInterval: options.every ?? false,
    enabled: options.enabled ?? true,
  });
  return { ...list, rows: (list.data?.pages.flatMap((page) => page.items) ?? []) as Item[] };
}

/** Something that changes the world; afterwards everything shown is read again. */
export function useAction<Op extends AnyOperation>(operation: Op) {
  return useMutation<Answer<Op>, Error, Input<Op>>({
    mutationFn: (input) => call(operation, input),
    onSuccess: () => queries.invalidateQueries(),
  });
}

function call<Op extends AnyOperation>(operation: Op, input?: Input<Op>): Promise<Answer<Op>> {
  const plain = api.call as (operation: AnyOperation, input: unknown) => Promise<unknown>;
  return plain(operation, input ?? {}) as Promise<Answer<Op>>;
}
