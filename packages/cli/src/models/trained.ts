/** Slots whose embedded model is made here. */
export const TRAINED = ["fake-person", "parsing", "watermark"] as const;
export type Trained = (typeof TRAINED)[number];
