import { lookup } from "node:dns/promises";
import { request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";
import { isIPv6, type LookupFunction } from "node:net";
import { fault } from "@anyone/domain/fault";
import { isPublicAddress, literalAddress } from "@anyone/runtime/address";

/** `host:port` pairs that may be told although private or on an unusual port. */
export type AllowedPrivate = ReadonlySet<string>;

const TIMEOUT_MS = 10_000;
const WEB_PORTS = new Set(["80", "443"]);

/**
 * Checks where a webhook goes as the crawler checks what it fetches: http or https, no user information, a web port, and
 * every address of the name public, unless the operator allowed that very host and port.
 *
 * @returns the address to dial
 * @throws Fault `bad-input` that says what is wrong with it
 */
export async function checkTarget(text: string, allowed: AllowedPrivate): Promise<{ url: URL; address: string }> {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) throw refused(`"${text}" is no http or https address.`);
  if (url.username !== "" || url.password !== "") throw refused("An address with a user's name in it is not told.");
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  const permitted = allowed.has(`${url.hostname}:${port}`);
  if (!permitted && !WEB_PORTS.has(port)) throw refused(`Port ${port} is not told.`);
  const literal = literalAddress(url.hostname);
  const addresses = literal ? [literal] : await addressesOf(url.hostname);
  const [address] = addresses;
  if (address === undefined) throw refused(`${url.hostname} has no address.`);
  const inside = permitted ? undefined : addresses.find((one) => !isPublicAddress(one));
  if (inside !== undefined) throw refused(`${url.hostname} is ${inside}, which is not a public address.`);
  return { url, address };
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

async function addressesOf(hostname: string): Promise<string[]> {
  try {
    return (await lookup(hostname, { all: true, verbatim: true })).map(({ address }) => address);
  } catch (cause) {
    throw refused(`${hostname} has no address.`, cause);
  }
}

function refused(message: string, cause?: unknown): Error {
  return fault("bad-input", message, {
    ...(cause === undefined ? {} : { cause }),
    hint: "To tell a machine of your own network, name its host:port in WEBHOOK_ALLOW_PRIVATE.",
  });
}
