import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readEnvironment } from "./environment.ts";
import { claimHome, holderOf, loadSecrets, noteKeyShown, prepareHome, readSecrets, runningState } from "./home.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "anyone-home-"));
});
afterEach(() => rm(home, { recursive: true, force: true }));

/** A process that claims the folder as a supervisor does, and says whether it got it. */
function claimer(folder: string) {
  const script = `import { claimHome } from ${JSON.stringify(fileURLToPath(new URL("./home.ts", import.meta.url)))};
    try { claimHome(${JSON.stringify(folder)}); console.log("claimed"); setInterval(() => {}, 1000); }
    catch (error) { console.log(error.message); }`;
  // The last argument is how the command knows its own processes.
  return spawn(process.execPath, ["--input-type=module", "-e", script, "--", "packages/cli/src/main.ts"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}
const says = async (child: ReturnType<typeof claimer>) => String((await once(child.stdout, "data"))[0]).trim();

describe("a data folder", () => {
  it("is claimed by one of several that start together; the others name it", async () => {
    const starters = Array.from({ length: 5 }, () => claimer(home));
    const said = await Promise.all(starters.map(says));
    const winner = starters[said.indexOf("claimed")];
    expect(said.filter((one) => one === "claimed")).toHaveLength(1);
    expect(said.filter((one) => one === `${home} is in use by process ${winner?.pid}.`)).toHaveLength(4);
    winner?.kill("SIGKILL");
  });

  it("is free again after its holder was killed, and nothing is left behind when the next one ends", async () => {
    const first = claimer(home);
    expect(await says(first)).toBe("claimed");
    expect(holderOf(home)).toBe(first.pid);
    first.kill("SIGKILL");
    await once(first, "exit");
    expect(holderOf(home)).toBeUndefined();
    const claim = claimHome(home);
    claim.publish("http://127.0.0.1:1");
    claim.release();
    expect(await readdir(home)).toEqual([]);
  });

  it("is not held by a stranger who bears the number of its last holder", async () => {
    await writeFile(join(home, "anyone.pid"), "1\n");
    await writeFile(join(home, "state.json"), JSON.stringify({ pid: 1, apiUrl: "u", startedAt: "s", logs: "l" }));
    expect(runningState(home)).toBeUndefined();
    claimHome(home).release();
  });

  it("is refused where it can't be written to or has no room, with the way out", async () => {
    const file = join(home, "a-file");
    await writeFile(file, "");
    expect(() => prepareHome(join(file, "below"))).toThrow(
      expect.objectContaining({
        message: expect.stringContaining("cannot be written to"),
        hint: expect.stringContaining("ANYONE_HOME"),
      }),
    );
    expect(() => prepareHome(home, 2 ** 60)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/has less than \d+ GiB free/) }),
    );
    prepareHome(join(home, "new", "folder"), 1);
  });
});

describe("the secrets", () => {
  it("are made once, for their owner alone, and the key counts as shown only once it was", async () => {
    const made = loadSecrets(home);
    expect(made.keyShown).toBe(false);
    expect(loadSecrets(home)).toEqual(made);
    expect((await stat(join(home, "secrets.json"))).mode & 0o077).toBe(0);
    noteKeyShown(home);
    expect(loadSecrets(home)).toEqual({ ...made, keyShown: true });
    expect(await readdir(home)).toEqual(["secrets.json"]);
  });

  it("are not made by a look", async () => {
    expect(readSecrets(home)).toBeUndefined();
    expect(await readdir(home)).toEqual([]);
  });

  it.each(["", "{", '{"adminKey": "short"}'])("say that their file is damaged when it holds %j", async (text) => {
    const path = join(home, "secrets.json");
    await writeFile(path, text);
    expect(() => loadSecrets(home)).toThrow(
      expect.objectContaining({ message: `${path} is damaged.`, hint: expect.stringContaining("Remove it") }),
    );
    expect(await readFile(path, "utf8")).toBe(text);
    await chmod(path, 0o600);
  });
});

describe("the environment", () => {
  it("is empty for one machine, and blank variables count as absent", async () => {
    const nothing = { apiPort: 7070, databaseUrl: undefined, redisUrl: undefined, objectsUrl: undefined };
    expect(await readEnvironment({})).toEqual(nothing);
    expect(await readEnvironment({ API_PORT: "", DATABASE_URL: "", REDIS_URL: "", OBJECTS_URL: "" })).toEqual(nothing);
  });

  it.each(["abc", "0", "70000", "-1", "80.5", "1e3", " 7070"])("refuses the port %j", async (API_PORT) => {
    await expect(readEnvironment({ API_PORT })).rejects.toMatchObject({
      message: `API_PORT is "${API_PORT}", which is no port.`,
      hint: expect.stringContaining("from 1 to 65535"),
    });
  });

  it.each([
    ["DATABASE_URL", "mysql://localhost/x", /expected postgres:/],
    ["DATABASE_URL", "nonsense", /expected postgres:/],
    ["REDIS_URL", "http://localhost", /expected redis:/],
    ["OBJECTS_URL", "/a/folder", /expected file:/],
  ])("refuses %s=%s", async (name, value, why) => {
    await expect(readEnvironment({ [name]: value })).rejects.toMatchObject({
      message: expect.stringMatching(why),
      hint: expect.stringContaining(`Correct ${name}`),
    });
  });

  it("knocks at servers before anything is started, and never shows a password", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" ? address?.port : 0;
    const DATABASE_URL = `postgresql://me:hidden@127.0.0.1:${port}/db`;
    expect(await readEnvironment({ DATABASE_URL })).toMatchObject({ databaseUrl: DATABASE_URL });
    await new Promise((resolve) => server.close(resolve));
    const refusal = readEnvironment({ DATABASE_URL });
    await expect(refusal).rejects.toMatchObject({
      message: `No PostgreSQL answers at 127.0.0.1:${port} (DATABASE_URL): ECONNREFUSED.`,
      hint: expect.stringContaining("unset it for the embedded one"),
    });
    await expect(refusal).rejects.not.toMatchObject({ message: expect.stringContaining("hidden") });
  });
});
