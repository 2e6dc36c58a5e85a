import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeProgram } from "../program.ts";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));
let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "anyone-commands-"));
});
afterAll(() => rm(home, { recursive: true, force: true }));

/** Runs the command in a process of its own, as a person does. */
function anyone(args: string[], environment: Record<string, string> = {}) {
  const env = { PATH: process.env.PATH, ANYONE_HOME: home, ...environment };
  return new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { env }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
  });
}

const TALKING = [
  "status",
  "crawl",
  "crawl --source flickr --query hats --limit 5",
  "crawl list",
  "crawl pause 3e21a9f0-5c3a-4a56-9d6b-0a1b2c3d4e5f",
  `import ${tmpdir()}`,
  "filter report",
  "filter thresholds",
  "filter thresholds set face-size=200",
  "filter thresholds reset",
  "filter rejudge --dry-run",
  "grant",
  "grant list",
  "grant record x --uses train --by ada --document letter.pdf",
  "grant revoke 1",
  "protocol list",
  "protocol show",
  "protocol use prime-human@1.0.0",
  "label",
  "label stats",
  "label annotators",
  "label honeypots add --count 5",
  "label quarantine eve --reason guesses",
  "label restore eve --reason explained",
  `label export --out ${tmpdir()}/answers.csv`,
  "webhooks list",
  "webhooks add https://example.org/hook --events all",
  "webhooks dead 1 --retry",
  "release",
  "release list",
  "release diff 1 2",
  "train",
  "evaluate",
  "retrain",
  "retrain schedule",
];

describe("a command that talks to a platform", () => {
  it.each(TALKING)("says what to do when none runs: %s", async (words) => {
    const { code, out, err } = await anyone(words.split(" "));
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toBe(
      `No platform runs from ${home}. Start it with \`anyone up\`, or name one elsewhere by API_URL and API_KEY.\n`,
    );
    expect(await readdir(home)).toEqual([]);
  });

  it("answers one JSON document instead, also where the option stands last", async () => {
    const { code, out, err } = await anyone(["status", "--json"]);
    expect({ code, err }).toEqual({ code: 1, err: "" });
    expect(JSON.parse(out)).toEqual({
      error: {
        code: "unavailable",
        message: `No platform runs from ${home}.`,
        hint: expect.stringContaining("anyone up"),
      },
    });
  });

  it.each([
    [{ API_URL: "http://127.0.0.1:9", API_KEY: "k" }, /could not be reached.*Is it running\?/],
    [{ API_URL: "http://127.0.0.1:9" }, /API_URL is set, but API_KEY is not\. Set both/],
    [{ API_URL: "localhost:7070", API_KEY: "k" }, /API_URL is "localhost:7070", which is no address/],
  ])("says in one sentence what is wrong with %j", async (environment, sentence) => {
    const { code, err } = await anyone(["status"], environment);
    expect(code).toBe(1);
    expect(err).toMatch(sentence);
    expect(err.trim().split("\n")).toHaveLength(1);
  });
});

describe("a command with wrong arguments", () => {
  it.each([
    [["release", "--seed", "many"], /A whole number from 0 to 2147483647 is needed/],
    [["train", "0"], /A whole number from 1 to 32767 is needed/],
    [["train", "--recipe", "sdxl"], /Allowed choices are sd15_tiny, debug/],
    [["grant", "record", "x", "--uses", "sell", "--by", "a", "--document", "d"], /Uses are collect, store, train/],
    [["grant", "record", "x", "--uses", "train"], /required option '--by <who>'/],
    [["crawl", "x", "--limit", "-5"], /A whole number from 1/],
    [["up", "--port", "99999"], /A whole number from 1 to 65535 is needed/],
    [["world", "sheet", "--seeds", "9..1"], /are no seeds\. Write two numbers/],
    [["label", "import", "/no/such/file.csv"], /There is no file/],
    [["label", "export", "--out", "answers.txt"], /does not say its format.*--format jsonl/],
    [["webhooks", "add", "https://example.org", "--events", "all,moon"], /There is no event/],
    [["import", "/no/such/folder"], /is no folder\. Name a folder/],
    [["models", "add", "yolo12", "--from", "x"], /There is no model "yolo12" here\. There are: yolov7, /],
    [["models", "add", "liqe", "--from", "/no/file"], /\/no\/file cannot be read\. Name a file/],
    [["models", "add", "liqe", "--from", "http://a.example/x", "--sha256", "0".repeat(64)], /weights come over HTTPS/],
    [["models", "rights", "--use", "fun"], /Allowed choices are research, commercial/],
    [["protocol", "use", "/no/file.yaml"], /\/no\/file\.yaml cannot be read: ENOENT\. Name the file/],
    [["fly"], /unknown command/],
  ])("says so and ends with 1: %j", async (args, sentence) => {
    const { code, err } = await anyone(args);
    expect(code).toBe(1);
    expect(err).toMatch(sentence);
    expect(err).not.toMatch(/ at .*\.ts:/);
  });

  it("says so in JSON when asked", async () => {
    const { code, out, err } = await anyone(["train", "0", "--json"]);
    expect({ code, err }).toEqual({ code: 1, err: "" });
    expect(JSON.parse(out).error).toMatchObject({
      code: "bad-input",
      message: expect.stringContaining("whole number"),
    });
  });
});

describe("models", () => {
  it("lists every slot of the filter, with what is missing and what a licence costs", async () => {
    const { code, out } = await anyone(["models", "list", "--json"]);
    expect(code).toBe(0);
    const all = JSON.parse(out) as { slot: string; tier: string; model: string; state: string; costs: string[] }[];
    for (const slot of ["person", "face", "keypoints", "foreground", "parsing", "fake-person", "nsfw", "watermark"]) {
      expect(
        all.some((model) => model.slot === slot),
        slot,
      ).toBe(true);
    }
    expect(all.find(({ model }) => model === "scrfd-10g")).toMatchObject({ state: "missing", costs: ["boxes"] });
  });

  it("tells what a release may hold, with the reason why not", async () => {
    const { out } = await anyone(["models", "rights", "--source", "CC-BY-NC-4.0"]);
    expect(out).toMatch(/image +no +the source \(CC BY-NC 4\.0\) is not for gain/);
    expect(out).toMatch(/preference score +– +no model of its slot is installed/);
  });

  it("verify names what is not there, and ends with 1", async () => {
    const { code, err } = await anyone(["models", "verify"]);
    expect(code).toBe(1);
    expect(err).toMatch(/nanodet is missing: .*nanodet\.onnx is not there/);
  });
});

describe("the help", () => {
  const every = (command: Command): Command[] => [command, ...command.commands.flatMap(every)];

  it("describes every command, argument and option", () => {
    for (const command of every(makeProgram({ json: false }))) {
      expect(command.description(), command.name()).not.toBe("");
      for (const { flags, description } of command.options) expect(description, flags).not.toBe("");
      for (const argument of command.registeredArguments) {
        expect(argument.description, `${command.name()} ${argument.name()}`).not.toBe("");
      }
    }
  });

  it("has the commands that the README names", () => {
    const names = makeProgram({ json: false }).commands.map((command) => command.name());
    expect(names).toEqual(
      expect.arrayContaining(
        "up down status crawl import label release train evaluate retrain models world demo".split(" "),
      ),
    );
  });

  it("is shown with exit code 0, and leads through a first hour", async () => {
    const { code, out } = await anyone(["--help"]);
    expect(code).toBe(0);
    expect(out).toMatch(/A first hour:[\s\S]*anyone up[\s\S]*anyone release/);
  });
});

describe("up", () => {
  it.each([
    [{ API_PORT: "seven" }, 'API_PORT is "seven", which is no port.'],
    [{ DATABASE_URL: "mysql://here" }, "DATABASE_URL is not usable: expected postgres"],
    [{ S3_ENDPOINT: "127.0.0.1:8333" }, "S3_ENDPOINT is not usable: expected the address of an S3 server"],
    [{ LOG_LEVEL: "loud" }, "LOG_LEVEL is not usable: Invalid option"],
    [{ REDIS_URL: "redis://127.0.0.1:9" }, "No Redis answers at 127.0.0.1:9 (REDIS_URL): ECONNREFUSED."],
    [{ ANYONE_HOME: "/dev/null/home" }, "/dev/null/home cannot be written to."],
  ])("refuses %j in one sentence, and leaves no claim behind", async (environment, sentence) => {
    const { code, err } = await anyone(["up"], environment);
    expect(code).toBe(1);
    expect(err.trim().split("\n")).toHaveLength(1);
    expect(err).toContain(sentence);
    expect(await readdir(home).then((names) => names.filter((name) => name !== "secrets.json"))).toEqual([]);
    await rm(join(home, "secrets.json"), { force: true });
  });

  it("stops nothing when nothing runs", async () => {
    const { code, out } = await anyone(["down"]);
    expect({ code, out }).toEqual({ code: 0, out: "Nothing runs from this folder.\n" });
  });
});
