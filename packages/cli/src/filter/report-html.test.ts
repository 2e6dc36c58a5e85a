import { gates } from "@anyone/domain/filter/gate";
import { judged, measured } from "@anyone/domain/filter/judged.fixture";
import { collectReport } from "@anyone/domain/filter/report";
import type { JudgedCandidate } from "@anyone/domain/filter/stored";
import { describe, expect, it } from "vitest";
import { reportHtml } from "./report-html.ts";
import { commandOf } from "./write-html-report.ts";

function htmlOf(candidates: readonly JudgedCandidate[], command = "anyone filter report --html report.html"): string {
  const collector = collectReport(gates);
  for (const candidate of candidates) collector.add(candidate);
  return reportHtml({ report: collector.close(() => "0".repeat(64)), truth: undefined, pictures: undefined, command });
}

describe("the report as a file", () => {
  it("lets nothing that a source is called, or an operator types, become markup", () => {
    const evil = `<img src=x onerror="alert(1)">&`;
    const html = htmlOf([judged("a", measured(), { sourceId: evil })], evil);
    expect(html).not.toContain("<img");
    expect(html.split("&lt;img src=x onerror=&quot;alert(1)&quot;>&amp;").length).toBeGreaterThan(3);
  });

  it.each([
    ["nothing is judged", []],
    ["nothing was measured", [judged("a", measured(), { kept: false, reason: "broken-file", measured: undefined })]],
    ["only headers were", [judged("a", { width: 300, height: 400, models: [] })]],
    ["scores lie beyond their scales", [judged("a", measured({ brisque: 400, quality: 0 })), judged("b")]],
  ])("is well-formed where %s: what opens closes, and no number is none", (_, candidates) => {
    const html = htmlOf(candidates);
    for (const tag of ["table", "tr", "td", "figure", "svg", "g", "details", "section", "p"]) {
      const count = (pattern: string) => html.match(new RegExp(pattern, "g"))?.length ?? 0;
      expect(count(`<${tag}[ >]`), tag).toBe(count(`</${tag}>`));
    }
    expect(html).not.toMatch(/NaN|Infinity|undefined/);
  });

  it("says what to do where nothing is judged yet", () => {
    expect(htmlOf([])).toContain("Candidates come from a source: <code>anyone crawl --help</code>");
  });

  it("marks the threshold in force among those that it tells the change of", () => {
    const [, table = ""] = htmlOf([judged("a")]).split("<strong>Largest face, shorter side</strong>");
    expect(table).toContain(
      `<tr><td>224 px, in force</td><td class="number">0</td><td class="number">0</td><td class="number">0</td></tr>`,
    );
  });

  it("says the command that repeats it as a shell would have to read it", () => {
    expect(commandOf("my report.html", "it's.jsonl", false)).toBe(
      `anyone filter report --html 'my report.html' --truth 'it'\\''s.jsonl' --no-pictures`,
    );
  });
});
