import { reviewApi } from "@anyone/contracts/review";
import { useApi } from "../../client.ts";
import { Button } from "../../components/controls.tsx";
import { Empty } from "../../components/state.tsx";
import { count } from "../../format.ts";
import { Lesson } from "./lesson.tsx";
import type { DeskView, OpenDesk } from "./open-desk.ts";

/** Where no question is: why, what to do about it, and the minute in which the keys are learned. */
export function NothingHere({ desk, view, paused }: { desk: OpenDesk; view: DeskView; paused: boolean }) {
  if (!view.idle) {
    return (
      <div className="m-auto p-6">
        {view.away ? (
          <Empty title="The server is away">Leave this page open: the next questions come as soon as it is back.</Empty>
        ) : (
          <span className="text-dim" role="status">
            Fetching what is next…
          </span>
        )}
      </div>
    );
  }
  return (
    <div className="m-auto flex flex-col items-center gap-4 p-6">
      <Empty title="Nothing waits for you">
        <WhyNothing />
        <Button className="mt-3" onClick={desk.look}>
          Look again
        </Button>
      </Empty>
      <Lesson paused={paused} />
    </div>
  );
}

/** What there is to do for others, or to wait for. */
function WhyNothing() {
  const { data } = useApi(reviewApi.progress, undefined, { every: 10_000 });
  const others = data?.forOthers ?? 0;
  if (others === 0) {
    return (
      <p>
        Every question of the open iteration is answered or with somebody else. New ones come with the next iteration.
      </p>
    );
  }
  return (
    <p>
      {others === 1 ? "One page waits" : `${count(others)} pages wait`} for somebody else: evaluation images are
      answered by several people, each blind to the others, and you have answered these.
    </p>
  );
}
