import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { sortKeys } from "../release/manifest.ts";
import { NOT_ASKED, packAll } from "./answer.ts";
import { extendProtocol } from "./extend-protocol.ts";
import { standings } from "./gates.ts";
import { loadProtocol } from "./load-protocol.ts";
import { parseProtocol, readYaml } from "./parse-protocol.ts";
import { PROTOCOLS_FOLDER, primeHuman, primeHumanDocument } from "./prime-human.ts";
import { kettles } from "./tiny-protocol.fixture.ts";
import { writeProtocol } from "./write-protocol.ts";

const pack = readYaml(readFileSync(`${PROTOCOLS_FOLDER}/prime-human-extended-1.0.0.yaml`, "utf8")).document as object;
const extended = loadProtocol(extendProtocol(primeHumanDocument, pack));

describe("the pack of sixteen more categories", () => {
  it("is no part of the paper's protocol", () => {
    expect(primeHuman.categories.some((category) => category.pack !== undefined)).toBe(false);
    expect(primeHuman.categories).toHaveLength(70);
  });

  it("numbers its categories from 71 and leaves the first 70 as they are", () => {
    expect(extended.identity).toBe("prime-human-extended@1.0.0");
    expect(extended.categories.slice(0, 70)).toEqual(primeHuman.categories);
    expect(extended.categories.slice(70).map(({ n }) => n)).toEqual(Array.from({ length: 16 }, (_, n) => n + 71));
  });

  it("gives eyewear and the arms categories of their own", () => {
    const only = (part: number) =>
      extended.categories.filter(({ parts }) => parts.includes(part) && parts.length <= 2).map(({ id }) => id);
    expect(only(3)).toEqual(["eyewear.type"]);
    expect(only(14)).toEqual(["wrist.wears", "ring.wears", "gloves.wears"]);
  });

  it("packs one number more per category, and asks the colour of a dress only where there is one", () => {
    const answers = { "one_piece.type": { value: "none" } };
    expect(packAll(extended, answers)).toHaveLength(86);
    expect(packAll(extended, {})[85]).toBe(NOT_ASKED);
    const color = extended.byId.get("one_piece.color")?.index ?? -1;
    const dressed = { "special.type": { value: "none" }, "one_piece.type": { value: "dress" } };
    expect(standings(extended, dressed, null)[color]).toBe("open");
    expect(standings(extended, { ...dressed, ...answers }, null)[color]).toBe("closed");
  });

  it("fits only the base it was made for, and says so", () => {
    expect(() => extendProtocol(kettles, pack)).toThrow(/extends prime-human@1\.0\.0, not kettle@0\.1\.0/);
    expect(() => extendProtocol(primeHumanDocument, { pack: "more" })).toThrow(/cannot be read: extends: /);
  });
});

describe("a protocol written as a file", () => {
  it.each([
    ["the paper's", primeHuman.identity, primeHumanDocument],
    ["the extended one", extended.identity, extendProtocol(primeHumanDocument, pack)],
    ["the kettles'", "kettle@0.1.0", kettles],
  ])("is read back as the same: %s", (_, identity, document) => {
    const text = writeProtocol(document);
    expect(parseProtocol(text)).toEqual(loadProtocol(document));
    expect(parseProtocol(text).identity).toBe(identity);
    expect(readYaml(text).document).toEqual(document);
  });

  it("has its keys in the order of authors, whatever the store made of it", () => {
    const stored = JSON.parse(JSON.stringify(sortKeys(primeHumanDocument))) as Record<string, unknown>;
    const text = writeProtocol(stored);
    expect(text.split("\n").slice(0, 2)).toEqual(["protocol: prime-human", "version: 1.0.0"]);
    expect(text).toMatch(/n: 1,\s+id: frame\.shot,\s+group: g00,\s+key: person_type/);
    expect(text).toContain("ask_when: {answer: shoes.type, is: [boots]}");
    expect(parseProtocol(text)).toEqual(primeHuman);
  });
});
