import { countSure } from "../sure.ts";
import { type Gate, passes, unmeasured } from "./gate.ts";

/**
 * Exactly one person. Two people close together are often one box, or boxes too doubtful to count, but then with two faces in them: so a second
 * face is a second person.
 */
export const personGate: Gate = {
  name: "person",
  slot: "person",
  judge({ persons, faces = [] }, { personScore, faceScore }) {
    if (!persons) return unmeasured;
    const people = countSure(persons, personScore);
    if (people > 1 || countSure(faces, faceScore) > 1) return { says: "drops", reason: "several-persons" };
    return people === 0 ? { says: "drops", reason: "no-person" } : passes;
  },
};
