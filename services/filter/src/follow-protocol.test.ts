import { openDatabase } from "@anyone/db/client";
import { protocolRepository } from "@anyone/db/protocols";
import { primeHumanDocument } from "@anyone/domain/annotate/prime-human";
import { logger } from "@anyone/runtime/logger";
import { createDatabase } from "@anyone/test/support/servers";
import { expect, it, vi } from "vitest";
import { followProtocol } from "./follow-protocol.ts";

it("asks the questions of the protocol in use, its own until one is published, and follows when another is put in use", async () => {
  const db = openDatabase(await createDatabase());
  const protocols = protocolRepository(db);
  const followed = await followProtocol(protocols, "prime-human@0.9.0", logger("test", "silent"), 20);
  try {
    expect(followed.id()).toBe("prime-human@0.9.0");
    const first = await protocols.publish(primeHumanDocument);
    await vi.waitFor(() => expect(followed.id()).toBe(first), 10_000);
    await protocols.use(first, "ada");
    const second = await protocols.publish({ ...primeHumanDocument, version: "1.0.1" });
    expect((await protocols.current()).identity).toBe(first);
    await protocols.use(second, "ada");
    await vi.waitFor(() => expect(followed.id()).toBe("prime-human@1.0.1"), 10_000);
  } finally {
    followed.stop();
    await db.close();
  }
});
