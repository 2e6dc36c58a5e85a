import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Origin, startOrigin } from "../connectors/origin.fixture.ts";
import { politeness, reachOf } from "../connectors/sources.fixture.ts";
import { askAgain } from "./ask-again.ts";

/** As much of a JPEG as says that it is one of 500×900 pixels, smaller than the filter lets in. */
const small = Buffer.from("ffd8ffc0001108038401f40301220002110103110100", "hex");
const other = Buffer.concat([small, Buffer.from("another")]);

let origin: Origin;
let reach: ReturnType<typeof reachOf>;
let given: Buffer;
beforeAll(async () => {
  // A host that says nothing by which its picture could be recognised.
  origin = await startOrigin((request, response) => {
    if (request.url !== "/a.jpg") return void response.writeHead(404).end();
    response.setHeader("transfer-encoding", "chunked").end(request.method === "HEAD" ? undefined : given);
  });
  reach = reachOf(origin.host, "no-key");
});
afterAll(async () => {
  await reach.close();
  await origin.close();
});

const ask = () => {
  const sha256 = createHash("sha256").update(small).digest("hex");
  const known = { url: `${origin.url}/a.jpg`, sha256, bytes: small.length, validators: null };
  return askAgain(known, { fetch: reach.reach.fetch, politeness });
};

it("a picture that was let in under laxer sizes is found where it was", async () => {
  given = small;
  expect((await ask()).found).toBe("unchanged");
});

it("another picture in its place is another one, however small", async () => {
  given = other;
  expect((await ask()).found).toBe("changed");
});
