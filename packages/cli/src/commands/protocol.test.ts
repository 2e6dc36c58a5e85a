import { execFile } from "node:child_process";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PRIME_HUMAN_FILE, PROTOCOLS_FOLDER } from "@anyone/domain/annotate/prime-human";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "anyone-protocol-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function anyone(...args: string[]) {
  const env = { PATH: process.env.PATH, ANYONE_HOME: folder };
  return new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { env, cwd: folder }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
  });
}

/** A copy of the paper's protocol under that name, with words replaced. */
async function edited(name: string, ...words: [from: string, to: string][]): Promise<string> {
  const text = words.reduce((all, [from, to]) => all.replace(from, to), await readFile(PRIME_HUMAN_FILE, "utf8"));
  await writeFile(join(folder, name), text);
  return name;
}

describe("protocol check", () => {
  it("says in a line what a sound file holds, without a platform", async () => {
    expect(await anyone("protocol", "check", PRIME_HUMAN_FILE)).toEqual({
      code: 0,
      err: "",
      out: "prime-human@1.0.0 is sound: 70 categories in 21 groups over 18 parts, 4 of them about perceived appearance.\n",
    });
  });

  it("says of each error file, line, column and what was meant, and ends with 1", async () => {
    const file = await edited("mine.yaml", ["is: [boots]", "is: [booots]"], ["group: g11, key", "group: g1l, key"]);
    const { code, out, err } = await anyone("protocol", "check", file);
    const lines = (await readFile(join(folder, file), "utf8")).split("\n");
    const at = (word: string) => {
      const line = lines.findIndex((text) => text.includes(word));
      return `mine.yaml:${line + 1}:${(lines[line]?.indexOf(word) ?? 0) + 1}`;
    };
    expect({ code, err }).toEqual({ code: 1, err: "" });
    expect(out).toContain(
      `${at("booots")}: shoes.boots_length: shoes.type has no option "booots".\n  hint: did you mean "boots"?\n`,
    );
    expect(out).toContain(`${at("g1l")}: bag.type: there is no group "g1l".\n  hint: did you mean "g1`);
  });

  it("gives the findings as JSON when asked", async () => {
    const file = await edited("json.yaml", ["n: 19,", "n: 91,"]);
    const { code, out } = await anyone("protocol", "check", file, "--json");
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      protocol: null,
      findings: [{ entry: "top.type", message: "n is 91, its place in the file is 19", column: 9 }],
    });
  });

  it("checks a pack over its base, and places its errors in the pack's own file", async () => {
    const ours = join(PROTOCOLS_FOLDER, "prime-human-extended-1.0.0.yaml");
    expect((await anyone("protocol", "check", ours)).out).toMatch(
      /^prime-human-extended@1\.0\.0 is sound: 86 categories/,
    );
    await copyFile(ours, join(folder, "pack.yaml"));
    const text = await readFile(ours, "utf8");
    await writeFile(join(folder, "pack.yaml"), text.replace("{use: waist_visible}}", "{use: waste_visible}}"));
    const line = text.slice(0, text.indexOf("{use: waist_visible}}")).split("\n").length;
    expect((await anyone("protocol", "check", "pack.yaml")).out).toBe(
      `pack.yaml:${line}:22: waist.accessory: predicates has no "waste_visible".\n  hint: did you mean "waist_visible"?\n`,
    );
  });
});

describe("protocol diff", () => {
  it("says what is void, what migrates and what stands", async () => {
    const file = await edited(
      "next.yaml",
      ["version: 1.0.0", "version: 1.1.0"],
      ["What colour is the hair?", "Which hair colour?"],
      ["[none, t-shirt", "[none, tee"],
    );
    const { out } = await anyone("protocol", "diff", PRIME_HUMAN_FILE, file);
    expect(out).toContain("From prime-human@1.0.0 to prime-human@1.1.0 (a minor step):");
    expect(out).toMatch(/hair\.color +void: another wording/);
    expect(out).toMatch(/top\.type +void: another options +\+ tee, − t-shirt/);
    expect(out).toContain("68 of 70 categories are the same");
  });
});
