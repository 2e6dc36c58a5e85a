import { type Client, createClient } from "@anyone/contracts/client";
import { fault } from "@anyone/domain/fault";
import { homeFolder, readSecrets, runningState } from "./up/home.ts";

/**
 * A client of the platform that the command talks to: API_URL and API_KEY when both are set, otherwise the one running
 * from this folder.
 *
 * @throws Fault `unavailable` when neither is there, with what to do.
 */
export function connect(): { client: Client; url: string } {
  const { API_URL: url, API_KEY: key } = process.env;
  if (url) {
    if (!key) throw fault("bad-environment", "API_URL is set, but API_KEY is not.", { hint: "Set both, or neither." });
    if (!/^https?:$/.test(URL.parse(url)?.protocol ?? "")) {
      throw fault("bad-environment", `API_URL is "${url}", which is no address.`, {
        hint: "For example http://127.0.0.1:7070.",
      });
    }
    return { client: createClient({ url, key }), url };
  }
  const home = homeFolder();
  const state = runningState(home);
  const secrets = readSecrets(home);
  if (!state || !secrets) {
    throw fault("unavailable", `No platform runs from ${home}.`, {
      hint: "Start it with `anyone up`, or name one elsewhere by API_URL and API_KEY.",
    });
  }
  return { client: createClient({ url: state.apiUrl, key: secrets.adminKey }), url: state.apiUrl };
}
