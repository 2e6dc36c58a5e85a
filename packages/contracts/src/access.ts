import { z } from "zod";

/** What a key may do: an annotator answers review tasks, an operator turns the wheel, an admin also manages keys. */
export const ROLES = ["annotator", "operator", "admin"] as const;
export const Role = z.enum(ROLES);
export type Role = z.infer<typeof Role>;

/** The least role an operation asks for; `anyone` needs no key. */
export type Access = Role | "anyone";

/** Whether a key of `role` may use an operation: every role may do what the roles before it may. */
export function mayUse(role: Role, access: Access): boolean {
  return access === "anyone" || ROLES.indexOf(role) >= ROLES.indexOf(access);
}
