import { ApiError } from "@anyone/contracts/client";
import type { ReactNode } from "react";

/** What stands where nothing is yet: why, and what to do next. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="flex flex-col items-center gap-1 px-6 py-8 text-center">
      <p className="font-medium">{title}</p>
      {children && <div className="max-w-xl text-dim">{children}</div>}
    </div>
  );
}

/** What went wrong, in the server's own words. */
export function Failure({ error }: { error: unknown }) {
  if (!error) return null;
  const problem = error instanceof ApiError ? error.problem : undefined;
  return (
    <div role="alert" className="rounded border border-bad/40 bg-bad-soft px-3 py-2 text-bad">
      {problem?.detail ?? String(error instanceof Error ? error.message : error)}
      {problem?.hint && <span className="text-dim"> {problem.hint}</span>}
    </div>
  );
}

interface Read {
  isPending: boolean;
  error: unknown;
  data: unknown;
}

/** Shows a reading's failure, or that it is under way; its children once there is something. */
export function Loaded({ of, children }: { of: Read; children: ReactNode }) {
  if (of.error && of.data === undefined) return <Failure error={of.error} />;
  if (of.isPending) return <div className="h-24 animate-pulse rounded bg-sunk" role="status" aria-label="loading" />;
  return (
    <>
      {of.error ? <Failure error={of.error} /> : null}
      {children}
    </>
  );
}
