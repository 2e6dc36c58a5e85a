export { learnDrawnPeople as run } from "../../services/annotator/src/labeller.bench.ts";
