export { askTogether as run } from "../../services/annotator/src/throughput.bench.ts";
