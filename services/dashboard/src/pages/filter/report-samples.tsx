import type { FilterReport } from "@anyone/domain/filter/report";
import { recordedReasons, samplesOf } from "@anyone/domain/filter/summed-gates";
import { Link } from "@tanstack/react-router";
import { Panel } from "../../components/panel.tsx";
import { candidateImageOf, Picture, thumbnailOf } from "../../components/picture.tsx";
import { count } from "../../format.ts";

const SHOWN = 8;

/** A few pictures of each outcome, the same ones every time; each leads to its candidate. */
export function ReportSamples({ report }: { report: FilterReport }) {
  const outcomes = [
    ...recordedReasons(report).map(({ reason, count: many }) => ({ reason, name: reason, many })),
    { reason: null, name: "kept", many: report.sources.reduce((sum, { kept }) => sum + kept, 0) },
  ];
  return (
    <Panel title="Samples" note="the same few of each reason every time; a picture leads to its candidate">
      <div className="grid gap-x-6 gap-y-4 lg:grid-cols-2">
        {outcomes.map(({ reason, name, many }) => (
          <section key={name} aria-label={`samples: ${name}`}>
            <h3 className="mb-1.5">
              {name} <span className="font-normal text-faint">{count(many)}</span>
            </h3>
            <ul className="grid grid-cols-8 gap-1.5">
              {samplesOf(report, reason, SHOWN).map(({ id, sourceId, assetId, viewable }) => (
                <li key={id} title={`${id}, from ${sourceId}`}>
                  <Link to="/candidates/$id" params={{ id }} className="block rounded hover:opacity-85">
                    <Picture
                      src={assetId ? thumbnailOf(assetId) : viewable ? candidateImageOf(id) : null}
                      alt={`${name}: candidate ${id}`}
                    />
                  </Link>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Panel>
  );
}
