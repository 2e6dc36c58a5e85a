import { chmod, link, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { SourceSettings } from "@anyone/domain/source/source";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Unlisted } from "./connector.ts";
import { connectorOf } from "./connectors.ts";
import { openSources, type Sources } from "./sources.fixture.ts";

let sources: Sources;
let outside: string;
beforeAll(async () => {
  sources = await openSources();
  outside = await realpath(await mkdtemp(join(tmpdir(), "outside-")));
});
afterAll(async () => {
  await sources.close();
  await rm(outside, { recursive: true });
});

describe("the folder connector", () => {
  const list = (settings: SourceSettings) => connectorOf(settings).list(settings, null, sources.reach);
  const read = async (name: string, path = join(sources.folder, "hostile")) => {
    const settings = SourceSettings.parse({ kind: "folder", path });
    return connectorOf(settings).read(settings, pathToFileURL(join(path, name)).href, sources.reach);
  };

  it("neither lists nor reads through links, out of its root, or anything but regular image files", async () => {
    const hostile = join(sources.folder, "hostile");
    await mkdir(join(hostile, "deep"), { recursive: true });
    await writeFile(join(outside, "secret.jpg"), Uint8Array.of(0xff, 0xd8, 0xff, 0xe0));
    await symlink(join(outside, "secret.jpg"), join(hostile, "link.jpg"));
    await symlink(outside, join(hostile, "way-out"));
    await mkdir(join(hostile, "folder.jpg"));
    await writeFile(join(hostile, "page.jpg"), "<!doctype html>");
    await writeFile(join(hostile, "drawing.svg"), "<svg/>");
    await writeFile(join(hostile, "empty.png"), "");
    await writeFile(join(hostile, "deep", "good.jpg"), Uint8Array.of(0xff, 0xd8, 0xff, 0xe0));
    await link(join(hostile, "deep", "good.jpg"), join(hostile, "same.jpg"));

    const { listings } = await list(SourceSettings.parse({ kind: "folder", path: hostile }));
    expect(listings.map((listing) => listing.externalId)).toEqual([
      "deep/good.jpg",
      "empty.png",
      "page.jpg",
      "same.jpg",
    ]);
    expect(await read("page.jpg")).toMatchObject({ reason: "not-an-image" });
    expect(await read("empty.png")).toMatchObject({ reason: "empty" });
    expect(await read("link.jpg")).toMatchObject({ reason: "outside-folder" });
    expect(await read("way-out/secret.jpg")).toMatchObject({ reason: "outside-folder" });
    expect(await read("../photographs/face-api/sample1.jpg")).toMatchObject({ reason: "outside-folder" });
    expect(await read("folder.jpg")).toMatchObject({ reason: "not-a-file" });
    expect(await read("deep/good.jpg")).toMatchObject({ ok: true });
  });

  it("says which folder its user may not read, and leaves nothing out in silence", async () => {
    const closed = join(sources.folder, "half-open", "closed");
    await mkdir(closed, { recursive: true });
    await writeFile(join(sources.folder, "half-open", "good.jpg"), Uint8Array.of(0xff, 0xd8, 0xff, 0xe0));
    // Root may read anything: for these looks it is somebody else.
    const isRoot = process.getuid?.() === 0;
    await chmod(sources.folder, 0o755);
    await chmod(closed, 0);
    if (isRoot) process.seteuid?.("nobody");
    const looks = [join(sources.folder, "half-open"), closed].map((path) =>
      list(SourceSettings.parse({ kind: "folder", path })).catch((error: unknown) => error),
    );
    const refused = await Promise.all(looks);
    if (isRoot) process.seteuid?.(0);
    await chmod(closed, 0o700);
    for (const error of refused) {
      expect(error).toMatchObject({
        reason: "closed-folder",
        message: expect.stringContaining(closed),
        passing: false,
      });
    }
  });

  it("reads only folders that the operator allowed", async () => {
    const settings = SourceSettings.parse({ kind: "folder", path: outside });
    await expect(list(settings)).rejects.toMatchObject({ reason: "outside-import-roots" });
    await symlink(outside, join(sources.folder, "sly"));
    await expect(list(SourceSettings.parse({ kind: "folder", path: join(sources.folder, "sly") }))).rejects.toThrow(
      Unlisted,
    );
  });
});
