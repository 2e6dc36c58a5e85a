import { Queue, Worker } from "bullmq";
import { connect, queueAddress } from "./redis.ts";

/** Jobs per second that the queue alone carries when nothing is done and nothing is true: the ceiling of any task rate. */
export async function bareQueueRate(redisUrl: string, jobs: number, concurrency: number): Promise<number> {
  const address = queueAddress(redisUrl);
  const connection = connect(address, "waits");
  const options = { connection, prefix: `${address.prefix}-bare` };
  const queue = new Queue("bare", options);
  const bulk = Array.from({ length: jobs }, (_, id) => ({
    name: "job",
    data: { id },
    opts: { removeOnComplete: true },
  }));
  const startedAt = performance.now();
  await queue.addBulk(bulk);
  await new Promise<void>((resolve) => {
    let left = jobs;
    const worker = new Worker("bare", async () => {}, { ...options, concurrency });
    worker.on("completed", () => {
      left -= 1;
      if (left === 0) void worker.close().then(resolve);
    });
  });
  const seconds = (performance.now() - startedAt) / 1000;
  await queue.close();
  connection.disconnect();
  return jobs / seconds;
}
