import { Health } from "@anyone/contracts/system";
import { useQuery } from "@tanstack/react-query";

/** Says so when nothing moves though work waits. The answer is read whatever its status: a 503 carries the reason. */
export function HealthNote() {
  const health = useQuery({
    queryKey: ["system", "health"],
    queryFn: async () => Health.parse(await (await fetch("/health")).json()),
    refetchInterval: 5_000,
    retry: false,
  });
  if (!health.data || health.data.ok) return null;
  return (
    <div role="alert" className="rounded-lg border border-bad/40 bg-bad-soft px-3.5 py-2.5 text-bad">
      <strong>Nothing moves.</strong> {health.data.reason}
    </div>
  );
}
