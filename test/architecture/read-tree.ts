import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

/** One package of the workspace: its folder, its name without scope, what its package.json declares. */
export interface WorkspacePackage {
  folder: string;
  name: string;
  dependencies: string[];
}

/** One source file and what it imports. */
export interface SourceFile {
  /** Relative to the checkout, with forward slashes. */
  path: string;
  /** Name of the package it belongs to. */
  owner: string;
  text: string;
  lines: number;
  imports: Import[];
}

export interface Import {
  specifier: string;
  /** `import type`: gone at run time, so it makes no cycle. */
  typeOnly: boolean;
}

export interface Tree {
  root: string;
  packages: WorkspacePackage[];
  files: SourceFile[];
}

const SKIPPED = new Set(["node_modules", "generated", "dist", "__pycache__", ".anyone", ".git", "coverage"]);
const SOURCE = /\.(ts|tsx|mjs|py)$/;

/** Reads every package and source file of a checkout. */
export function readTree(root: string): Tree {
  const packages = ["packages", "services"]
    .flatMap((parent) => folders(join(root, parent)).map((name) => `${parent}/${name}`))
    .concat("test")
    .flatMap((folder) => readPackage(root, folder));
  const files = ["packages", "services", "test", "infra", "prisma"]
    .flatMap((folder) => [...walk(join(root, folder))])
    .map((path) => readSource(root, path, packages));
  return { root, packages, files };
}

function readPackage(root: string, folder: string): WorkspacePackage[] {
  const manifest = join(root, folder, "package.json");
  if (!existsSync(manifest))
    return existsSync(join(root, folder, "pyproject.toml"))
      ? [{ folder, name: folder.split("/").at(-1) ?? folder, dependencies: [] }]
      : [];
  const {
    name,
    dependencies = {},
    devDependencies = {},
  } = JSON.parse(readFileSync(manifest, "utf8")) as {
    name: string;
    dependencies?: Record<string, string>;
    devDependencies?: Record<string, string>;
  };
  return [
    {
      folder,
      name: name.replace("@anyone/", ""),
      dependencies: [...Object.keys(dependencies), ...Object.keys(devDependencies)],
    },
  ];
}

function readSource(root: string, path: string, packages: readonly WorkspacePackage[]): SourceFile {
  const text = readFileSync(path, "utf8");
  const relativePath = relative(root, path).replaceAll("\\", "/");
  const owner =
    packages.find(({ folder }) => relativePath.startsWith(`${folder}/`))?.name ?? relativePath.split("/")[0] ?? "";
  return {
    path: relativePath,
    owner,
    text,
    lines: text.split("\n").length - (text.endsWith("\n") ? 1 : 0),
    imports: path.endsWith(".py") ? [] : readImports(text),
  };
}

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[\w*{}\s,$]+?\sfrom\s+)?["']([^"']+)["']|import\(\s*["']([^"']+)["']\s*\)/g;

function readImports(text: string): Import[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/^\s*\/\/.*$/gm, "");
  return [...code.matchAll(IMPORT)].map(([, type, named, dynamic]) => ({
    specifier: named ?? dynamic ?? "",
    typeOnly: type !== undefined,
  }));
}

/** The file an import leads to inside the checkout, or undefined for anything else. */
export function resolveImport(tree: Tree, from: SourceFile, specifier: string): string | undefined {
  if (specifier.startsWith(".")) {
    return relative(tree.root, resolve(tree.root, dirname(from.path), specifier)).replaceAll("\\", "/");
  }
  const [, name, subpath] = /^@anyone\/([^/]+)\/(.+)$/.exec(specifier) ?? [];
  const target = tree.packages.find((one) => one.name === name);
  if (!target || !subpath) return undefined;
  return target.name === "test" ? `${target.folder}/${subpath}.ts` : `${target.folder}/src/${subpath}.ts`;
}

function folders(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path).filter((name) => !SKIPPED.has(name) && statSync(join(path, name)).isDirectory());
}

function* walk(folder: string): Generator<string> {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (SKIPPED.has(entry.name) || entry.name.startsWith(".")) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else if (entry.isFile() && SOURCE.test(entry.name)) yield path;
  }
}
