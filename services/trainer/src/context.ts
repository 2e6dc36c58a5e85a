import type { OpenDatabase } from "@anyone/db/client";
import type { Runs } from "@anyone/db/runs";
import type { Schedules } from "@anyone/db/schedules";
import type { Versions } from "@anyone/db/versions";
import type { Logger } from "@anyone/runtime/logger";
import type { Store } from "@anyone/storage/store";

/** What the trainer's handlers work with. */
export interface TrainerContext {
  db: OpenDatabase;
  store: Store;
  versions: Versions;
  runs: Runs;
  schedules: Schedules;
  log: Logger;
}
