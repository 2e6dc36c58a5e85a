import type { Answers } from "../annotate/answer.ts";
import type { Category, Group, Protocol } from "../annotate/protocol.ts";
import { nounOf, phrase } from "./caption.ts";

/**
 * The answers as a person reads them: one sentence a group, in protocol order, nothing shuffled or dropped. What the thing
 * looks like stands before its noun, its shape after it: `Hair: brown hair, wavy, above shoulders.` What cannot be seen is
 * named at the end. Follows the protocol alone, so it reads for any subject.
 */
export function plainCaption(protocol: Protocol, answers: Answers): string {
  const told = protocol.groups.map((group) => ({ group, text: sentence(protocol, group, answers) }));
  const hidden = told
    .filter(({ group, text }) => text === null && isHidden(protocol, group, answers))
    .map(({ group }) => titleOf(group).toLowerCase());
  return [
    ...told.flatMap(({ text }) => text ?? []),
    ...(hidden.length > 0 ? [`Not visible: ${hidden.join(", ")}.`] : []),
  ].join(" ");
}

function sentence(protocol: Protocol, group: Group, answers: Answers): string | null {
  const own = protocol.categories.filter((category) => category.group === group.id);
  const nounCategory = group.noun && "category" in group.noun ? group.noun.category : null;
  const said = own
    .filter(({ id, key }) => id !== nounCategory && key !== "wears")
    .flatMap((category) => {
      const text = phrase(protocol, category, answers[category.id]);
      return text === null ? [] : [{ category, text }];
    });
  const noun = nounOf(
    protocol,
    group,
    own,
    answers,
    said.map(({ text }) => text),
  );
  if (noun === null) return null;
  const before = said.filter(({ category }) => isLook(category)).map(({ text }) => text);
  const after = said.filter(({ category }) => !isLook(category)).map(({ text }) => text);
  const head = [...before, noun].filter(Boolean).join(" ");
  const title = titleOf(group);
  // a group whose noun is its own name says it once: "Belt.", "Hair: bald."
  const parts = [head, ...after].filter(Boolean).filter((part) => part.toLowerCase() !== title.toLowerCase());
  if (parts.length === 0) return `${title}.`;
  const phrased = own.length === 1 && protocol.caption.phrases[own[0]?.id ?? ""];
  return phrased ? `${capital(parts.join(", "))}.` : `${title}: ${parts.join(", ")}.`;
}

/** Colour, pattern, material and kind are read before the noun; length, cut and the like after it. */
function isLook({ axis }: Category): boolean {
  return axis === "texture" || axis === "object";
}

/** Whether what says that the group is there could not be seen. */
function isHidden(protocol: Protocol, group: Group, answers: Answers): boolean {
  return protocol.categories.some((one) => one.group === group.id && answers[one.id]?.value === "not_visible");
}

function titleOf(group: Group): string {
  return capital(group.name.replaceAll("_", " "));
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
