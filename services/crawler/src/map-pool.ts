/** Works on all items, at most so many at once; results stand in the items' order. */
export async function mapPool<In, Out>(
  items: readonly In[],
  atOnce: number,
  work: (item: In) => Promise<Out>,
): Promise<Out[]> {
  const results: Out[] = [];
  let following = 0;
  await Promise.all(
    Array.from({ length: Math.min(atOnce, items.length) }, async () => {
      for (let i = following++; i < items.length; i = following++) results[i] = await work(items[i] as In);
    }),
  );
  return results;
}
