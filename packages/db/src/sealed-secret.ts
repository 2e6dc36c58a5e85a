import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from "node:crypto";
import { fault } from "@anyone/domain/fault";

/** Secrets as rows hold them: whoever reads the database, or a copy of it, reads none. */
export interface Vault {
  /** A secret, unreadable; `of` is what it belongs to and is said again to open it: moved elsewhere it opens nothing. */
  seal(secret: string, of: string): string;
  /**
   * The secret again; what was stored before there was a vault is returned as it is.
   *
   * @throws Fault `bad-environment` when it was sealed with another platform's secret, for something else, or changed since
   */
  open(stored: string, of: string): string;
}

const SEALED = "sealed.1.";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * AES-256-GCM under a key made of the platform's secret by scrypt, since that secret may be one a person thought of.
 *
 * @param platformSecret `SERVICE_TOKEN`; once it is another, what was sealed before is locked
 */
export function openVault(platformSecret: string): Vault {
  const key = scryptSync(platformSecret, "annotate-anyone sealed secrets", 32);
  return {
    seal(secret, of) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(of));
      const sealed = Buffer.concat([nonce, cipher.update(secret, "utf8"), cipher.final(), cipher.getAuthTag()]);
      return SEALED + sealed.toString("base64");
    },
    open(stored, of) {
      if (!stored.startsWith(SEALED)) return stored;
      const sealed = Buffer.from(stored.slice(SEALED.length), "base64");
      try {
        const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, NONCE_BYTES), {
          authTagLength: TAG_BYTES,
        })
          .setAAD(Buffer.from(of))
          .setAuthTag(sealed.subarray(-TAG_BYTES));
        return decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES), undefined, "utf8") + decipher.final("utf8");
      } catch (cause) {
        throw fault("bad-environment", "A stored secret can't be opened: it was sealed with another SERVICE_TOKEN.", {
          cause,
          hint: "Set the one of before, or remove what it belongs to and add it again.",
        });
      }
    },
  };
}

/** Whether a stored secret is one of before there was a vault. */
export function isClear(stored: string): boolean {
  return !stored.startsWith(SEALED);
}
