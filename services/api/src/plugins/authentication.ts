import { type Access, mayUse, type Role } from "@anyone/contracts/access";
import type { ApiKeys } from "@anyone/db/api-keys";
import { fault } from "@anyone/domain/fault";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ApiContext } from "../context.ts";
import { type Sessions, sessions } from "../sessions.ts";

/** Who asks: the holder of a key, by that key or by a session made with it. */
export interface Principal {
  id: string;
  name: string;
  role: Role;
}

declare module "fastify" {
  interface FastifyRequest {
    principal: Principal | undefined;
  }
  interface FastifyInstance {
    sessions: Sessions;
  }
}

/** How long a key's holder is remembered: a revoked key works no longer than this. */
const REMEMBER_MS = 2_000;

/** How often the use of a key is noted, at most. */
const NOTE_MS = 60_000;

/** Looks at every request before anything else does: no route without a declared operation, no operation without its role. */
export function authentication(app: FastifyInstance, { keys }: ApiContext, { secret }: { secret: string }): void {
  const signed = sessions(secret);
  const holders = remembered(keys);
  app.decorate("sessions", signed);
  app.decorateRequest("principal", undefined);

  app.addHook("onRoute", (route) => {
    if (route.url.startsWith("/v1") && !route.config?.operation && !route.schema?.hide) {
      throw new Error(`${route.method} ${route.url} is no operation of the contracts`);
    }
  });

  app.addHook("onRequest", async (request) => {
    const access: Access = request.routeOptions.config.operation?.access ?? "anyone";
    if (access === "anyone") return;
    const principal = await identify(request);
    request.principal = principal;
    if (!mayUse(principal.role, access)) {
      throw fault("forbidden", `The key "${principal.name}" has the role ${principal.role}; this needs ${access}.`);
    }
  });

  async function identify(request: FastifyRequest): Promise<Principal> {
    const header = request.headers.authorization;
    if (header !== undefined) {
      const key = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(header)?.[1];
      const holder = key === undefined ? undefined : await holders.byKey(key);
      if (!holder) throw fault("unauthenticated", "The key is not known here, or it was revoked.", { hint: KEY_HINT });
      return holder;
    }
    const session = signed.read(request.headers.cookie);
    if (!session) throw fault("unauthenticated", "This needs a key.", { hint: KEY_HINT });
    refuseForeignOrigin(request);
    const holder = await holders.byId(session.keyId);
    if (!holder)
      throw fault("unauthenticated", "The session's key was revoked.", { hint: "Sign in with another key." });
    return holder;
  }
}

const KEY_HINT = "Send `Authorization: Bearer <key>`; an admin makes keys with POST /v1/keys.";

/** A cookie is sent by the browser, not by whoever wrote the page: a change must come from a page of ours. */
function refuseForeignOrigin(request: FastifyRequest): void {
  if (request.method === "GET" || request.method === "HEAD") return;
  const { origin, host } = request.headers;
  if (origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host)) {
    throw fault("forbidden", `A page of ${origin} may not act for you here.`);
  }
}

function remembered(keys: ApiKeys) {
  const known = new Map<string, { until: number; holder: Promise<Principal | undefined> }>();
  const noted = new Map<string, number>();
  const note = (id: string) => {
    const now = Date.now();
    if (now - (noted.get(id) ?? 0) < NOTE_MS) return;
    if (noted.size > 1_000) noted.clear();
    noted.set(id, now);
    void keys.used(id).catch(() => noted.delete(id));
  };
  const look = (name: string, find: () => Promise<Principal | undefined>) => {
    const now = Date.now();
    const hit = known.get(name);
    if (hit && hit.until > now) return hit.holder;
    if (known.size > 1_000) known.clear();
    const holder = find().then((found) => {
      if (found) note(found.id);
      return found;
    });
    known.set(name, { until: now + REMEMBER_MS, holder });
    holder.catch(() => known.delete(name));
    return holder;
  };
  return {
    byKey: (key: string) => look(`key ${key}`, () => keys.holder(key)),
    byId: (id: string) => look(`id ${id}`, () => keys.byId(id)),
  };
}
