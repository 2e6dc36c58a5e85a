/** An asset as far as it is told from others: assets of one group are near duplicates, those of one person show the same one. */
export interface Kin {
  assetId: string;
  groupId: string;
  /** Who it shows, where its source tells. */
  personKey?: string | null;
}

/**
 * Which kin each near-duplicate group belongs to: groups that show one person are kin, and so is what hangs together through
 * others. The name of a kin is its first person's, or its group's where nobody is known, so that it stays as more of it comes.
 */
export function kinOfGroups(assets: readonly Kin[]): Map<string, string> {
  const leads = new Map<string, string>();
  const lead = (name: string): string => {
    let top = name;
    for (let up = leads.get(top); up !== undefined && up !== top; up = leads.get(top)) top = up;
    leads.set(name, top);
    return top;
  };
  for (const { groupId, personKey } of assets) {
    const group = lead(`group ${groupId}`);
    if (!personKey) continue;
    const person = lead(`person ${personKey}`);
    // persons lead groups, and of two persons the one whose name is first
    const [first, second] = [group, person].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1)) as [string, string];
    leads.set(second, first);
  }
  return new Map(assets.map(({ groupId }) => [groupId, lead(`group ${groupId}`)]));
}

function rank(name: string): number {
  return name.startsWith("person ") ? 0 : 1;
}
