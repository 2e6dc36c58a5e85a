import { literalAddress } from "@anyone/runtime/address";
import { checkedAddress, type OutboundRules, portOf } from "@anyone/runtime/outbound";
import { Agent, buildConnector } from "undici";

export interface DialRules extends OutboundRules {
  /** What opens the socket to a checked address. Replaced only by tests, to see what would be dialled. */
  dial?: buildConnector.connector;
  /** Authorities to trust beside the machine's own; only tests have one. */
  ca?: string;
}

/**
 * An undici agent that dials what it checked. The check sits in the connector, not in `connect.lookup`: Node never calls a
 * lookup for an IP literal, so a guard there lets `http://127.0.0.1/` through. HTTP/2 is spoken where TLS agrees on it: the agent
 * opens a session on the socket that this connector made, so the check is the same.
 */
export function guardedAgent(rules: DialRules): Agent {
  const dial = rules.dial ?? buildConnector({ timeout: 10_000, allowH2: true, ...(rules.ca ? { ca: rules.ca } : {}) });
  return new Agent({
    allowH2: true,
    connect(options, callback) {
      const { hostname, protocol, port } = options;
      checkedAddress(hostname, portOf({ port: port ?? "", protocol }), rules).then(
        (address) => dial({ ...options, hostname: address, servername: serverName(options) }, callback),
        (error: Error) => callback(error, null),
      );
    },
    headersTimeout: 30_000,
    bodyTimeout: 30_000,
    keepAliveTimeout: 4_000,
    maxHeaderSize: 32 * 1024,
    connections: 8,
  });
}

/** The name for TLS: the host's own, since the socket only knows an address. */
function serverName(options: { hostname: string; servername?: string }): string {
  if (options.servername) return options.servername;
  return literalAddress(options.hostname) ? "" : options.hostname;
}
