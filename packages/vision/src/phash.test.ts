import { hammingDistance } from "@anyone/domain/filter/hash-index";
import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { hashPlane } from "./hash-plane.ts";
import { hashGrey, perceptualHash } from "./phash.ts";

/** Blobs of light at places drawn from a seed. */
async function scene(seed: number, change: (image: Sharp) => Sharp = (i) => i) {
  const random = (i: number) => Math.abs(Math.sin(seed * 91.7 + i * 12.9898) * 43_758.5453) % 1;
  const circles = Array.from({ length: 9 }, (_, i) => {
    const level = Math.round(random(i + 30) * 255);
    return { x: random(i) * 320, y: random(i + 10) * 480, r: 20 + random(i + 20) * 90, level };
  });
  const data = Buffer.alloc(320 * 480 * 3, 90);
  for (let at = 0; at < 320 * 480; at++) {
    const circle = circles.findLast(({ x, y, r }) => ((at % 320) - x) ** 2 + (Math.floor(at / 320) - y) ** 2 < r * r);
    if (circle) data.fill(circle.level, at * 3, at * 3 + 3);
  }
  const jpeg = await change(sharp(data, { raw: { width: 320, height: 480, channels: 3 } }))
    .jpeg()
    .toBuffer();
  const { data: pixels, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
  return perceptualHash(await hashPlane({ data: pixels, width: info.width, height: info.height }));
}

describe("the perceptual hash", () => {
  it("of a horizontal ramp sets the bits of the rising frequencies as worked out by hand", () => {
    const ramp = Uint8Array.from({ length: 1024 }, (_, i) => (i % 32) * 8);
    // Only the constant and odd horizontal frequencies of row 0 are not zero, and those but the constant are negative.
    expect(hashGrey(ramp) >> 63n).toBe(1n);
    expect((hashGrey(ramp) >> 62n) & 1n).toBe(0n);
  });

  it("hardly changes when a picture is resized, compressed, brightened or trimmed a little", async () => {
    for (const seed of [1, 2, 3]) {
      const own = await scene(seed);
      const near = [
        await scene(seed, (i) => i.resize(200)),
        await scene(seed, (i) => i.modulate({ brightness: 1.1 })),
        await scene(seed, (i) => i.extract({ left: 2, top: 2, width: 316, height: 476 })),
      ];
      for (const other of near) expect(hammingDistance(own, other)).toBeLessThanOrEqual(4);
    }
  });

  it("differs in many bits between different pictures", async () => {
    const hashes = await Promise.all([1, 2, 3, 4, 5, 6].map((seed) => scene(seed)));
    for (const [i, a] of hashes.entries()) {
      for (const b of hashes.slice(i + 1)) expect(hammingDistance(a, b)).toBeGreaterThan(10);
    }
  });
});
