// Everything that is made from something in the repository: clients, stubs, converted models, the dashboard.
import { join } from "node:path";
import { node, pnpm } from "./packages.mjs";
import { runCommand } from "./run-command.mjs";
import { home, root, step } from "./step.mjs";

const python = join(home, "python", "bin", "python");

/** What needs Node's packages only. */
export async function generateClients() {
  await step("database client", {
    inputs: ["prisma/schema.prisma", "prisma/models", "prisma.config.ts"],
    outputs: ["packages/db/src/generated/client.ts"],
    // Prisma's CLI insists on an engine binary that `generate` never runs: any executable satisfies it.
    work: () =>
      runCommand(pnpm, ["--filter", "@anyone/db", "exec", "prisma", "generate", "--schema", join(root, "prisma")], {
        log: "prisma",
        env: { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: "1" },
      }),
  });
  await step("gRPC clients", {
    inputs: ["packages/grpc/proto", "packages/grpc/buf.gen.yaml"],
    outputs: ["packages/grpc/src/generated/anyone/v1/train.ts"],
    work: () => runCommand(pnpm, ["--filter", "@anyone/grpc", "exec", "buf", "generate"], { log: "buf" }),
  });
  await step("dashboard", {
    inputs: ["services/dashboard", "packages/contracts", "packages/domain"],
    outputs: ["services/dashboard/dist/index.html"],
    work: () => runCommand(pnpm, ["--filter", "@anyone/dashboard", "exec", "vite", "build"], { log: "dashboard" }),
  });
}

/** What needs the Python environment as well. */
export async function generateWithPython() {
  await step("gRPC stubs for Python", {
    inputs: ["packages/grpc/proto", "services/gpu-worker/generate.py"],
    outputs: ["services/gpu-worker/anyone_gpu/generated/anyone/v1/train_pb2.py"],
    work: () => runCommand(python, ["services/gpu-worker/generate.py"], { log: "grpc-python" }),
  });
  await step("models from their packages", {
    inputs: ["packages/vision/src", "pnpm-lock.yaml"],
    outputs: [".anyone/models/manifest.json"],
    work: () => runCommand(node, ["packages/vision/src/build-models.ts"], { log: "models" }),
  });
}
