import type { LeasedTask } from "@anyone/contracts/review";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import { expect, it } from "vitest";
import { answer, EMPTY_DESK, type Given, pageSheet, undo, withSheet } from "./desk.ts";
import { EMPTY_OUTBOX, type Outbox, retract, seal, settle } from "./outbox.ts";
import { post } from "./post.ts";

const numberOf = (id: string) => primeHuman.byId.get(id)?.n ?? 0;
const optionOf = (id: string, text: string) => primeHuman.byId.get(id)?.options.indexOf(text) ?? -9;
const protocol = () => primeHuman;

const task: LeasedTask = {
  id: "p",
  iteration: 1,
  assetId: "a",
  purpose: "sample",
  blind: true,
  categories: ["person.age", "top.type", "top.color"].map(numberOf),
  fence: 7,
  leaseUntil: "",
  protocolId: primeHuman.identity,
  suggestions: [],
  known: [],
  partShares: [],
  cutParts: [],
};
const given = (id: string, value: number): Given => ({ taskId: "p", category: numberOf(id), value, milliseconds: 1 });
const give = (work: { desk: typeof EMPTY_DESK; outbox: Outbox }, one: Given) =>
  post({ ...work, desk: answer(work.desk, [one]) }, [one], protocol, () => "key of the page");
const sent = ({ sealed, waiting }: Outbox) =>
  [...sealed.flatMap(({ answers }) => answers), ...waiting].map(({ category, value, fence }) => [
    category,
    value,
    fence,
  ]);

it("a page goes to the server when its last question is answered; going back then sends corrections and withdraws what they close", () => {
  let work = { desk: withSheet(EMPTY_DESK, pageSheet(task)), outbox: EMPTY_OUTBOX };
  work = give(work, given("person.age", 1));
  work = give(work, given("top.type", optionOf("top.type", "shirt")));
  expect(sent(work.outbox)).toEqual([]);
  work = give(work, given("top.color", 3));
  expect(work.outbox.sealed.map(({ key, page }) => [key, page])).toEqual([["key of the page", true]]);
  expect(sent(work.outbox)).toEqual([
    [numberOf("person.age"), 1, 7],
    [numberOf("top.type"), optionOf("top.type", "shirt"), 7],
    [numberOf("top.color"), 3, 7],
  ]);

  work = { ...work, outbox: settle(work.outbox) };
  for (let steps = 0; steps < 2; steps++) {
    const { desk, undone } = undo(work.desk);
    work = { desk, outbox: retract(work.outbox, undone) };
  }
  work = give(work, given("top.type", optionOf("top.type", "none")));
  expect(sent(seal(work.outbox, "corrections"))).toEqual([
    [numberOf("top.type"), optionOf("top.type", "none"), 7],
    [numberOf("top.color"), -1, 7],
  ]);
});
