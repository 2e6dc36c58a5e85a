import { openDatabase } from "@anyone/db/client";
import { startDeliveries } from "./deliver.ts";

/** Delivers the outbox of the database that its first argument names, to the host of its second, until it is killed. */
const [databaseUrl = "", allowed = ""] = process.argv.slice(2);
startDeliveries(openDatabase(databaseUrl), { allowed: new Set([allowed]), leaseSeconds: 1, pollMs: 20 });
