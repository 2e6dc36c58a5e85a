import { createHmac, timingSafeEqual } from "node:crypto";

/** Days a session lasts. It ends sooner when its key is revoked. */
const DAYS = 14;
const COOKIE = "anyone_session";

export interface Sessions {
  /** The `set-cookie` header that begins a session of this key. */
  begin(keyId: string, secure: boolean): string;
  /** The `set-cookie` header that ends one. */
  end(): string;
  /** The session in a `cookie` header, if there is one that we signed and that has not run out. */
  read(header: string | undefined): { keyId: string } | undefined;
}

/** Sessions are signed, not stored: `<key id>.<end, seconds>.<HMAC-SHA-256>`. */
export function sessions(secret: string): Sessions {
  const sign = (text: string) => createHmac("sha256", secret).update(`session ${text}`).digest("base64url");

  return {
    begin(keyId, secure) {
      const text = `${keyId}.${Math.floor(Date.now() / 1000) + DAYS * 86_400}`;
      const flags = `Path=/; HttpOnly; SameSite=Strict; Max-Age=${DAYS * 86_400}${secure ? "; Secure" : ""}`;
      return `${COOKIE}=${text}.${sign(text)}; ${flags}`;
    },

    end: () => `${COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`,

    read(header) {
      const value = header
        ?.split(";")
        .map((pair) => pair.trim())
        .find((pair) => pair.startsWith(`${COOKIE}=`))
        ?.slice(COOKIE.length + 1);
      const [keyId, until, signature] = value?.split(".") ?? [];
      if (!keyId || !until || !signature || !same(signature, sign(`${keyId}.${until}`))) return undefined;
      return Number(until) * 1000 > Date.now() ? { keyId } : undefined;
    },
  };
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
