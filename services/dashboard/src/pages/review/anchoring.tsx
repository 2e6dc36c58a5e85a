import { anchoringApi } from "@anyone/contracts/anchoring";
import { useApi } from "../../client.ts";
import { Panel } from "../../components/panel.tsx";

/** How far suggestions sway people: agreement with the labeller on pages that show its answers against blind ones. */
export function Anchoring() {
  const { data } = useApi(anchoringApi.getAnchoring, undefined, { every: 30_000 });
  if (!data || data.shown.agreement === null || data.blind.agreement === null) return null;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const points = (share: number) => `${share < 0 ? "−" : "+"}${Math.abs(100 * share).toFixed(1)}`;
  const { shown, blind, sway } = data;
  return (
    <Panel title="Do suggestions sway people?" note="agreement with the labeller, shown against blind">
      <p>
        Where its answer is shown, people say the same in {percent(shown.agreement ?? 0)} of {shown.answers} answers;
        where it is not, in {percent(blind.agreement ?? 0)} of {blind.answers}.{" "}
        {sway
          ? `The difference is ${points(sway.difference)} points (95 %: ${points(sway.low)} to ${points(sway.high)}).`
          : "Two pages of each kind are needed to say how sure the difference is."}
      </p>
    </Panel>
  );
}
