export { drawByRules as run } from "../../services/annotator/src/sampling.bench.ts";
