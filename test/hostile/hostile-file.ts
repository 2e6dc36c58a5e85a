/** One file that somebody could send us. */
export interface HostileFile {
  name: string;
  bytes: Uint8Array;
  /** `refused`: nothing may come of it. `either`: what can be seen may pass as a picture, or not; neither harms. */
  is: "refused" | "either";
}

export function refused(name: string, bytes: Uint8Array): HostileFile {
  return { name, bytes, is: "refused" };
}

export function either(name: string, bytes: Uint8Array): HostileFile {
  return { name, bytes, is: "either" };
}
