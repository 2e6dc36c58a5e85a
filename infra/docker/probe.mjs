// `node probe.mjs http://host:port/path | tcp://host:port`: exit code 0 when it answers (http: with a 2xx), 1 otherwise.
import { connect } from "node:net";

const target = new URL(process.argv[2] ?? "");
const deadline = 4_000;

if (target.protocol === "tcp:") {
  const socket = connect({ host: target.hostname, port: Number(target.port), timeout: deadline });
  socket.once("connect", () => process.exit(0));
  socket.once("timeout", () => process.exit(1));
  socket.once("error", () => process.exit(1));
} else {
  fetch(target, { signal: AbortSignal.timeout(deadline) }).then(
    (answer) => process.exit(answer.ok ? 0 : 1),
    () => process.exit(1),
  );
}
