import type { Overview } from "@anyone/contracts/system";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { State, Tier } from "../../components/badge.tsx";
import { short } from "../../format.ts";

/** Where the wheel stands in its turn. */
export function Turn({ turn }: { turn: Overview["turn"] }) {
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line lg:grid-cols-4">
      <Part name="iteration" to="/review">
        {turn.iteration ? (
          <>
            {turn.iteration.number} <State of={turn.iteration.state} />
          </>
        ) : (
          <Nothing>none opened</Nothing>
        )}
      </Part>
      <Part name="labeller that answers" to="/annotate">
        {turn.labeller ? (
          <>
            {turn.labeller.id} <Tier of={turn.labeller.tier} />
          </>
        ) : (
          <Nothing>none promoted</Nothing>
        )}
      </Part>
      <Part name="dataset version" to="/release">
        {turn.version ? (
          <>
            {turn.version.name} <State of={turn.version.state} />
          </>
        ) : (
          <Nothing>none cut</Nothing>
        )}
      </Part>
      <Part name="checkpoint that generates" to="/train">
        {turn.checkpoint ? (
          <span title={turn.checkpoint.id}>
            {short(turn.checkpoint.id, 22)} <span className="font-normal text-dim">step {turn.checkpoint.step}</span>
          </span>
        ) : (
          <Nothing>none promoted</Nothing>
        )}
      </Part>
    </dl>
  );
}

function Part({ name, to, children }: { name: string; to: string; children: ReactNode }) {
  return (
    <Link to={to} className="bg-panel px-3.5 py-2 hover:bg-sunk">
      <dt className="text-xs text-faint">{name}</dt>
      <dd className="truncate font-medium">{children}</dd>
    </Link>
  );
}

function Nothing({ children }: { children: ReactNode }) {
  return <span className="font-normal text-faint">{children}</span>;
}
