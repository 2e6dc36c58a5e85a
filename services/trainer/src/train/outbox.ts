/** Messages waiting to be sent on one stream: pushed from anywhere, taken by the stream's writer. */
export class Outbox<Message> implements AsyncIterable<Message> {
  private readonly waiting: Message[] = [];
  private wake: (() => void) | undefined;
  private closed = false;

  push(message: Message): void {
    this.waiting.push(message);
    this.wake?.();
  }

  close(): void {
    this.closed = true;
    this.wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Message, void> {
    while (true) {
      const message = this.waiting.shift();
      if (message !== undefined) yield message;
      else if (this.closed) return;
      else {
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
        this.wake = undefined;
      }
    }
  }
}
