import { openDatabase } from "@anyone/db/client";
import { openVault } from "@anyone/db/sealed-secret";
import { startDeliveries } from "./deliver.ts";

/** Delivers the outbox of the database that its first argument names, to the host of its second, with the platform's secret of its third, until it is killed. */
const [databaseUrl = "", allowed = "", platformSecret = ""] = process.argv.slice(2);
const vault = openVault(platformSecret);
startDeliveries(openDatabase(databaseUrl), { vault, allowed: new Set([allowed]), leaseSeconds: 1, pollMs: 20 });
