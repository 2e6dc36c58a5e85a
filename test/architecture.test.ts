import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { STAGES } from "@anyone/domain/flywheel";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readTree } from "./architecture/read-tree.ts";
import { findBreaks } from "./architecture/rules.ts";

const root = join(import.meta.dirname, "..");

describe("the architecture", () => {
  it("holds: imports, doors, cycles, lengths and the seven stages", () => {
    expect(findBreaks(readTree(root))).toEqual([]);
  });

  it("has a Prisma model file for every stage", () => {
    const models = readdirSync(join(root, "prisma", "models")).map((name) => name.replace(".prisma", ""));
    expect(models).toEqual(expect.arrayContaining([...STAGES]));
  });

  it("has nothing on its top level that is not announced", () => {
    const announced = [
      ...[
        "package.json",
        "pnpm-workspace.yaml",
        "services",
        "packages",
        "infra",
        "prisma",
        "docker-compose.yml",
        "docs",
        "test",
      ],
      ...["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "LICENSE", "pnpm-lock.yaml"],
      ...[
        "biome.json",
        "knip.json",
        "prisma.config.ts",
        "tsconfig.base.json",
        "tsconfig.json",
        "tsconfig.node.json",
        "vitest.config.ts",
        "vitest.long.config.ts",
      ],
    ];
    const there = readdirSync(root).filter((name) => !name.startsWith(".") && name !== "node_modules");
    expect(there.filter((name) => !announced.includes(name))).toEqual([]);
    expect(announced.filter((name) => !existsSync(join(root, name)))).toEqual([]);
  });
});

describe("the architecture's check", () => {
  let copy: string;

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), "architecture-"));
    const skipped = /node_modules|\/generated|\/dist|__pycache__|\.anyone|\.(jpg|png|onnx|safetensors)$/;
    for (const folder of ["packages", "services", "test", "infra", "prisma"]) {
      cpSync(join(root, folder), join(copy, folder), {
        recursive: true,
        filter: (path) => !skipped.test(path.slice(root.length)),
      });
    }
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  /** Writes a file into the copy, finds the breaks, and takes it out again. */
  function breaksWith(path: string, change: (before: string) => string): string[] {
    const file = join(copy, path);
    const before = existsSync(file) ? readFileSync(file, "utf8") : undefined;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, change(before ?? ""));
    const found = findBreaks(readTree(copy));
    if (before === undefined) rmSync(file);
    else writeFileSync(file, before);
    return found;
  }

  it.each([
    [
      "a package that imports upwards",
      "packages/domain/src/planted.ts",
      'import { x } from "@anyone/db/client";\n',
      "domain may not",
    ],
    [
      "a service that imports a service",
      "services/api/src/planted.ts",
      'import { x } from "@anyone/review/main";\n',
      "api may not",
    ],
    [
      "a path into another package",
      "services/api/src/planted.ts",
      'import { x } from "../../../packages/db/src/client.ts";\n',
      "reaches into db",
    ],
    ["a library beside its door", "services/api/src/planted.ts", 'import pg from "pg";\n', "only db, test may"],
    [
      "the environment read in a library",
      "packages/db/src/planted.ts",
      "export const x = process.env.HOME;\n",
      "reads process.env",
    ],
    ["a file over 400 lines", "packages/db/src/planted.ts", "// line\n".repeat(401), "401 lines"],
    ["a cycle", "packages/runtime/src/planted.ts", 'import "./planted.ts";\n', "import cycle"],
    ["a stage that is missing", "packages/domain/src/flywheel.ts", "", ""],
  ])("finds %s", (_, path, text, says) => {
    if (says === "")
      return expect(missingStage()).toContainEqual(expect.stringContaining("the stage filter is missing"));
    return expect(breaksWith(path, () => text)).toContainEqual(expect.stringContaining(says));
  });

  it("finds a dependency that is declared but not allowed", () => {
    const found = breaksWith("packages/domain/package.json", (text) =>
      text.replace('"dependencies": {', '"dependencies": {\n    "@anyone/queues": "workspace:*",'),
    );
    expect(found).toContainEqual(expect.stringContaining("declares @anyone/queues"));
  });

  it("fails when it sees fewer packages than exist", () => {
    const manifest = join(copy, "packages/runtime/package.json");
    const before = readFileSync(manifest, "utf8");
    rmSync(manifest);
    const found = findBreaks(readTree(copy));
    writeFileSync(manifest, before);
    expect(found).toContainEqual(expect.stringMatching(/saw \d+ packages/));
  });

  function missingStage(): string[] {
    const file = join(copy, "packages/contracts/src/filter.ts");
    const before = readFileSync(file, "utf8");
    rmSync(file);
    const found = findBreaks(readTree(copy));
    writeFileSync(file, before);
    return found;
  }
});
