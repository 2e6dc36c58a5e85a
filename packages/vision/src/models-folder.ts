import { join } from "node:path";

/** Where the converted models lie unless a process is told otherwise: `.anyone/models` of this checkout. */
export const modelsFolder = join(import.meta.dirname, "../../../.anyone/models");
