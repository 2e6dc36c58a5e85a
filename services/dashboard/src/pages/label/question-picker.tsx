import { slotsApi } from "@anyone/contracts/review-slots";
import { useApi } from "../../client.ts";
import { Select } from "../../components/controls.tsx";
import { nameOf, useProtocol } from "../../components/protocol.ts";
import { count } from "../../format.ts";
import type { DeskView } from "./open-desk.ts";

/** Which question to go through: the one the server picks, or one's own choice of those that wait. */
export function QuestionPicker({ view, onPick }: { view: DeskView; onPick: (category: number | null) => void }) {
  const questions = useApi(slotsApi.listQuestions, undefined, { every: 10_000 });
  const protocol = useProtocol(view.protocol?.identity).data;
  const items = (questions.data?.items ?? []).filter(({ open, category }) => open > 0 || category === view.category);
  return (
    <Select
      aria-label="question"
      className="max-w-52"
      value={view.category ?? ""}
      onChange={(event) => {
        onPick(event.target.value === "" ? null : Number(event.target.value));
        event.target.blur();
      }}
    >
      <option value="">whatever waits</option>
      {items.map(({ category, open }) => {
        const known = protocol?.categories[category - 1];
        return (
          <option key={category} value={category}>
            {known ? nameOf(known) : `question ${category}`} ({count(open)})
          </option>
        );
      })}
    </Select>
  );
}
