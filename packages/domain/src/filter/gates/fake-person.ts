import { type Gate, scoreGate, unless } from "./gate.ts";

const classifier = scoreGate({
  name: "fake-person",
  slot: "fake-person",
  reason: "fake-person",
  score: ({ fakeness }) => fakeness,
  most: ({ fakeness }) => fakeness,
});

const drawing = scoreGate({
  name: "fake-person",
  slot: "fake-person",
  reason: "fake-person",
  score: ({ flatness }) => flatness,
  most: ({ flatness }) => flatness,
});

/**
 * A person who lives: by the file's own word first, which no threshold switches off; then by the classifier where there is one, otherwise by
 * the rule that knows flat drawings. A file that says nothing of how it was made proves nothing.
 */
export const fakePersonGate: Gate = {
  name: "fake-person",
  slot: "fake-person",
  judge: (measured, gates, cuts) =>
    measured.saysGenerated === undefined
      ? (measured.fakeness === undefined ? drawing : classifier).judge(measured, gates, cuts)
      : unless(true, "fake-person"),
};
