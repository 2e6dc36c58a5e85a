import { request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";
import { isIPv6, type LookupFunction } from "node:net";
import { fault } from "@anyone/domain/fault";
import { checkedAddress, checkUrl, OutboundRefused, portOf } from "@anyone/runtime/outbound";

/** `host:port` pairs that may be told although private or on an unusual port. */
export type AllowedPrivate = ReadonlySet<string>;

const TIMEOUT_MS = 10_000;

/**
 * Checks where a webhook goes by the very rules of what the crawler fetches: http or https, no user information, a web port,
 * and every address of the name public, unless the operator allowed that very host and port.
 *
 * @returns the address to dial
 * @throws Fault `bad-input` that says what is wrong with it
 */
export async function checkTarget(text: string, allowed: AllowedPrivate): Promise<{ url: URL; address: string }> {
  const rules = { allowPrivate: allowed };
  try {
    const url = checkUrl(text, rules);
    return { url, address: await checkedAddress(url.hostname, portOf(url), rules) };
  } catch (error) {
    throw refused(text, error);
  }
}

/**
 * Posts JSON to the address that was checked, whatever the name resolves to by then. A redirect is an answer like any other:
 * nobody is followed.
 *
 * @returns the status of the answer; its body is thrown away
 * @throws Fault `bad-input` when it may not be told; Error when there was no answer in ten seconds
 */
export async function guardedPost(
  target: string,
  body: string,
  { headers, allowed, signal }: { headers: Record<string, string>; allowed: AllowedPrivate; signal?: AbortSignal },
): Promise<number> {
  const { url, address } = await checkTarget(target, allowed);
  const family = isIPv6(address) ? 6 : 4;
  const dial: LookupFunction = (_name, options, done) =>
    options.all ? done(null, [{ address, family }]) : done(null, address, family);
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  return new Promise((resolve, reject) => {
    const send = url.protocol === "https:" ? secureRequest : plainRequest;
    const posted = send(
      url,
      {
        method: "POST",
        agent: false,
        lookup: dial,
        signal: signal ? AbortSignal.any([timeout, signal]) : timeout,
        headers: {
          ...headers,
          "content-type": "application/json",
          "content-length": Buffer.byteLength(body),
          "user-agent": "annotate-anyone-webhooks/1",
        },
      },
      (response) => {
        resolve(response.statusCode ?? 0);
        response.destroy();
      },
    );
    posted.on("error", (error) => reject(timeout.aborted ? new Error("no answer in ten seconds") : error));
    posted.end(body);
  });
}

function refused(text: string, error: unknown): Error {
  return fault("bad-input", sayRefused(text, error), {
    cause: error,
    hint: "To tell a machine of your own network, name its host:port in WEBHOOK_ALLOW_PRIVATE.",
  });
}

function sayRefused(text: string, error: unknown): string {
  const reason = error instanceof OutboundRefused ? error.reason : "dns";
  if (reason === "bad-url" || reason === "scheme") return `"${text}" is no http or https address.`;
  if (reason === "userinfo") return "An address with a user's name in it is not told.";
  const url = new URL(text);
  if (reason === "port") return `Port ${portOf(url)} is not told.`;
  if (reason === "dns") return `${url.hostname} has no address.`;
  return `${(error as Error).message}.`;
}
