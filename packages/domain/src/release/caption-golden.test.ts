import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Answers, isPositive } from "../annotate/answer.ts";
import { applicable } from "../annotate/gates.ts";
import { loadProtocol } from "../annotate/load-protocol.ts";
import { primeHuman } from "../annotate/prime-human.ts";
import type { Protocol } from "../annotate/protocol.ts";
import { kettles } from "../annotate/tiny-protocol.fixture.ts";
import { random } from "../random.ts";
import { captionGroups, writeCaption } from "./caption.ts";
import { plainCaption } from "./plain-caption.ts";

/** Somebody answered by a seeded die, everything that applies: things are mostly not worn, now and then not seen. */
function answered(protocol: Protocol, seed: string): Answers {
  const draw = random(seed);
  const answers: Record<string, { value: string; second?: string }> = {};
  for (let wave = applicable(protocol, answers, null); wave.length > 0; wave = applicable(protocol, answers, null)) {
    for (const { id, options, absent, arity } of wave) {
      const pick = () => options[Math.floor(draw() * options.length)] as string;
      const value = draw() < 0.08 ? "not_visible" : absent !== undefined && draw() < 0.5 ? absent : pick();
      const second = pick();
      const two = arity === "two" && value !== "not_visible" && second !== value && draw() < 0.2;
      answers[id] = two ? { value, second } : { value };
    }
  }
  return answers;
}

function written(protocol: Protocol): string {
  return Array.from({ length: 6 }, (_, n) => {
    const answers = answered(protocol, `golden ${n}`);
    const groups = captionGroups(protocol, answers);
    const { text, spans } = writeCaption(protocol, groups, { seed: `${n}`, drop: true });
    return [
      `${protocol.identity} ${n}`,
      `caption: ${text}`,
      `spans: ${spans.map(({ group, start, end }) => `${group} ${start}-${end}`).join(", ")}`,
      `plain: ${plainCaption(protocol, answers)}`,
    ].join("\n");
  }).join("\n\n");
}

const golden = readFileSync(new URL("./captions.golden.txt", import.meta.url), "utf8");

describe("captions", () => {
  it("are to the letter what the golden file holds, for people and for kettles", () => {
    expect(`${written(primeHuman)}\n\n${written(loadProtocol(kettles))}\n`).toBe(golden);
  });
});

describe("a caption for people", () => {
  it("says every positive answer that has words, once, in the order of the protocol", () => {
    for (let n = 0; n < 60; n++) {
      const answers = answered(primeHuman, `plain ${n}`);
      const text = plainCaption(primeHuman, answers);
      const groups = captionGroups(primeHuman, answers);
      let from = 0;
      for (const { words, noun } of groups) {
        // a noun that is the group's own name stands as the sentence's title
        const ends = [...words, noun].filter(Boolean).map((word) => {
          const at = text.toLowerCase().indexOf(word.toLowerCase(), from);
          expect(at, `${word} in ${text}`).toBeGreaterThanOrEqual(from);
          return at;
        });
        from = Math.min(...ends);
      }
      expect(text).not.toMatch(/\bnone\b|not_visible|unsure|_| {2}|, ,|\.\.|: \.|: hair\./);
    }
  });

  it("names what cannot be seen, and is empty where nothing was answered", () => {
    const answers: Answers = { "top.type": { value: "shirt" }, "bottom.type": { value: "not_visible" } };
    expect(plainCaption(primeHuman, answers)).toBe("Top: shirt. Not visible: bottom.");
    expect(plainCaption(primeHuman, {})).toBe("");
    const [shot] = primeHuman.categories;
    expect(shot && isPositive(shot, { value: "portrait" })).toBe(true);
    expect(plainCaption(primeHuman, { "frame.shot": { value: "portrait" } })).toBe("A close up portrait shot.");
  });
});
