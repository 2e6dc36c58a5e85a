import { type Gate, scoreGate } from "./gate.ts";

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

/** A person who lives: by the classifier where there is one, otherwise by the rule that knows flat drawings. */
export const fakePersonGate: Gate = {
  name: "fake-person",
  slot: "fake-person",
  judge: (measured, gates, cuts) =>
    (measured.fakeness === undefined ? drawing : classifier).judge(measured, gates, cuts),
};
