/** Three box blurs of radius round(sigma), close to a Gaussian; edges repeat. `src` is not changed. */
export function boxBlur(src: Float32Array, width: number, height: number, sigma: number): Float32Array {
  const a = src.slice();
  const b = new Float32Array(width * height);
  const radius = Math.max(1, Math.round(sigma));
  for (let pass = 0; pass < 3; pass++) {
    for (let y = 0; y < height; y++) run(a, b, y * width, 1, width, radius);
    for (let x = 0; x < width; x++) run(b, a, x, width, height, radius);
  }
  return a;
}

/** One line of `count` samples, `step` apart, as running means. */
function run(from: Float32Array, to: Float32Array, start: number, step: number, count: number, radius: number): void {
  const inverse = 1 / (2 * radius + 1);
  const last = count - 1;
  let sum = 0;
  for (let i = -radius; i <= radius; i++) sum += from[start + Math.min(last, Math.max(0, i)) * step] as number;
  for (let i = 0; i < count; i++) {
    to[start + i * step] = sum * inverse;
    sum +=
      (from[start + Math.min(last, i + radius + 1) * step] as number) -
      (from[start + Math.max(0, i - radius) * step] as number);
  }
}
