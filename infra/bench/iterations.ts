export { iterate as run } from "../../services/annotator/src/iterations.bench.ts";
