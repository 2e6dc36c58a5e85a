import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "@anyone/contracts/client";
import { evaluateApi } from "@anyone/contracts/evaluate";
import { filterApi } from "@anyone/contracts/filter";
import { AssetId } from "@anyone/domain/ids";
import { dataUrl } from "../../html/data-url.ts";
import { writeWhole } from "../../html/write-whole.ts";
import type { Output } from "../../output.ts";
import type { DrawnWorld } from "../world.ts";
import { collect, type DemoReport } from "./collect.ts";
import { type Pictures, reportHtml } from "./html.ts";

export interface ReportRequest {
  client: Client;
  world: DrawnWorld;
  home: string;
  version: number;
  seconds: Record<string, number>;
  output: Output;
}

const POOL_PICTURES = 12;

/** Writes `report.json` and `report.html` and returns the report with a few lines for the terminal. */
export async function writeReport(request: ReportRequest): Promise<{ report: DemoReport; summary: string }> {
  const { client, home, output } = request;
  output.progress("writing the report …");
  const report = await collect(client, request.world, request.version, request.seconds);
  const pictures = await gatherPictures(client, report);
  await mkdir(home, { recursive: true });
  await writeWhole(join(home, "report.json"), `${JSON.stringify(report, null, 2)}\n`);
  await writeWhole(join(home, "report.html"), reportHtml(report, pictures));
  return { report, summary: summarise(report, home) };
}

async function gatherPictures(client: Client, report: DemoReport): Promise<Pictures> {
  const { items } = await client.call(filterApi.listAssets, { query: { limit: POOL_PICTURES } });
  const pool = await Promise.all(
    items.map(async ({ id }) =>
      pictureIn(await client.call(filterApi.getThumbnail, { params: { id: AssetId.parse(id) } })),
    ),
  );
  const evaluated =
    report.reports.find(({ grid, arm }) => grid && arm === "hola") ?? report.reports.find(({ grid }) => grid);
  const generated = evaluated
    ? await pictureIn(await client.call(evaluateApi.getGrid, { params: { id: evaluated.id } }))
    : null;
  return { pool, generated };
}

async function pictureIn(response: Response): Promise<string> {
  const type = response.headers.get("content-type") ?? "image/jpeg";
  return dataUrl(new Uint8Array(await response.arrayBuffer()), type);
}

function summarise(report: DemoReport, home: string): string {
  const last = report.iterations.at(-1);
  const first = report.iterations[0];
  const share = (value: number | null | undefined) => (value == null ? "–" : `${(100 * value).toFixed(1)} %`);
  const { scores } = last ?? {};
  const gain = report.inMaskGain;
  return [
    "",
    `version        ${report.version.name}, sha256 ${report.version.manifestSha256}`,
    `clean kept     ${share(report.filter.cleanKept.share)} of ${report.filter.cleanKept.of}`,
    `labeller       ${share(first?.scores?.before.all.accuracy)} → ${share(scores?.after.all.accuracy)} (majority answer ${share(scores?.after.majority.all.accuracy)}), tail ${share(scores?.after.tail.accuracy)}`,
    `human answers  ${scores?.spent.total ?? 0}, ${share(scores?.share.ofApplicable)} of full labelling`,
    gain
      ? `HOLA           in-mask share +${gain.mean.toFixed(3)} over β = 0 (95 % interval ${gain.low.toFixed(3)} to ${gain.high.toFixed(3)})`
      : "HOLA           in-mask gain not measured",
    `seconds        ${(report.seconds.total ?? 0).toFixed(0)}`,
    `report         ${join(home, "report.html")}`,
  ].join("\n");
}
