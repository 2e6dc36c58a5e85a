import { readdir, readlink } from "node:fs/promises";
import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { decode, readHeader, VIEW_WIDTH } from "./decode.ts";
import { withReducedName } from "./reduced-jpeg.ts";

const OURS = `anyone-${process.pid}-`;
const SHARES = [0.2, 0.5, 0.8];

/** A slope of grey from left to right and from top to bottom, which every decoder should give alike. */
function slope(width: number, height: number): Sharp {
  const data = new Uint8Array(width * height * 3);
  for (let at = 0, y = 0; y < height; y++)
    for (let x = 0; x < width; x++, at += 3) data.fill(Math.round((127 * x) / width + (127 * y) / height), at, at + 3);
  return sharp(data, { raw: { width, height, channels: 3 } });
}

async function viewOf(bytes: Uint8Array) {
  const header = await readHeader(bytes);
  const picture = header.ok ? await decode(bytes, header.value) : header;
  if (!picture.ok || !("view" in picture.value)) throw new Error("it should decode");
  return picture.value;
}

describe.runIf(process.platform === "linux")("a JPEG that is decoded at a part of its size", () => {
  it.each([
    [1488, 1300, 744],
    [1279, 1400, VIEW_WIDTH],
    [1280, 1400, 640],
    [2560, 1920, 640],
    [6000, 4000, 750],
  ])("of %i×%i gives a view %i wide, and says its scale", async (width, height, expected) => {
    const { view, scale, ...picture } = await viewOf(await slope(width, height).jpeg().toBuffer());
    expect(picture).toEqual({ width, height });
    expect(view.width).toBe(expected);
    expect(Math.abs(view.height / view.width - height / width)).toBeLessThan(0.002);
    expect(scale).toBe(expected / width);
  });

  it("shows what the whole of it shows, upright", async () => {
    const side = await slope(1500, 1290).jpeg({ quality: 95 }).withMetadata({ orientation: 6 }).toBuffer();
    const { view } = await viewOf(side);
    const whole = await sharp(side).autoOrient().resize(view.width, view.height, { fit: "fill" }).raw().toBuffer();
    for (const across of SHARES)
      for (const down of SHARES) {
        const at = (Math.floor(down * view.height) * view.width + Math.floor(across * view.width)) * 3;
        expect(Math.abs((view.data[at] as number) - (whole[at] as number))).toBeLessThanOrEqual(3);
      }
  });

  it("is a fault when it is cut off, as any other", async () => {
    const whole = await slope(1488, 1300).jpeg().toBuffer();
    const cut = whole.subarray(0, whole.length - 2_000);
    const header = await readHeader(cut);
    expect(header.ok && (await decode(cut, header.value))).toEqual({ ok: false, fault: "broken-file" });
  });

  it("leaves no file behind, nor an open one", async () => {
    const jpeg = await slope(64, 64).jpeg().toBuffer();
    const during = await withReducedName(jpeg, 2, async (name) => {
      expect(name).toMatch(/^\/proc\/self\/fd\/\d+\[shrink=2\]$/);
      return { open: await opened(), named: (await readdir("/dev/shm")).filter((file) => file.startsWith(OURS)) };
    });
    expect(during).toEqual({ open: 1, named: [] });
    expect(await opened()).toBe(0);
  });
});

/** Files in memory that this process holds open. */
async function opened(): Promise<number> {
  const held = (await readdir("/proc/self/fd")).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ""));
  return (await Promise.all(held)).filter((target) => target.includes(OURS)).length;
}
