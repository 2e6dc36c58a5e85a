import { configDefaults, defineConfig } from "vitest/config";
import base from "./vitest.config.ts";

/** `npm run test:long`: what takes minutes. One file at a time, so that what is told over time has the machine to itself. */
export default defineConfig({
  test: {
    ...base.test,
    include: ["packages/*/src/**/*.long.test.ts", "services/*/src/**/*.long.test.ts", "test/**/*.long.test.ts"],
    exclude: configDefaults.exclude,
    maxWorkers: 1,
    testTimeout: 30 * 60_000,
  },
});
