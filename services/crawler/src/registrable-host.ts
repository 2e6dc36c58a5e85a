import { getDomain } from "tldts";

/**
 * Whom a request burdens: the registrable domain of its host by the Public Suffix List, with the list's private part, so that
 * `live.staticflickr.com` and `farm1.staticflickr.com` are one, and two customers of one cloud are two. An address, or a name without
 * a public suffix, is itself, with its port: several servers of one machine at home are told apart by nothing else.
 */
export function registrableHost(url: URL): string {
  const domain = getDomain(url.hostname, { allowPrivateDomains: true, validateHostname: false });
  return domain ?? (url.port === "" ? url.hostname : `${url.hostname}:${url.port}`);
}
