import { reviewApi } from "@anyone/contracts/review";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useApi } from "../../client.ts";
import { Button, Key } from "../../components/controls.tsx";
import { useProtocol } from "../../components/protocol.ts";
import { SignedIn, useIdentity } from "../../components/session.tsx";
import { ThemeToggle } from "../../components/shell.tsx";
import { Empty, Failure } from "../../components/state.tsx";
import { count } from "../../format.ts";
import { Help } from "./help.tsx";
import { Pace } from "./pace.tsx";
import { PageView } from "./page-view.tsx";
import { type Labelling, useLabelling } from "./use-labelling.ts";

/** One picture, one question, one key. Everything on this page is done without a mouse. */
export function LabelPage() {
  return (
    <SignedIn>
      <Desk />
    </SignedIn>
  );
}

function Desk() {
  const { name, role } = useIdentity();
  const labelling = useLabelling(name);
  const [help, setHelp] = useState(false);
  return (
    <div className="flex h-full flex-col">
      <header className="flex h-10 shrink-0 items-center gap-4 border-b border-line bg-panel px-4">
        <span className="flex items-center gap-2 font-semibold">
          <img src="/wheel.svg" alt="" className="size-5" /> Label
        </span>
        <Pace labelling={labelling} />
        <span className="ml-auto flex items-center gap-4 text-xs text-dim">
          <span>
            <Key>?</Key> keys
          </span>
          <span>{name}</span>
          <ThemeToggle />
          {role !== "annotator" && (
            <Link to="/review" className="hover:text-ink">
              back to review
            </Link>
          )}
        </span>
      </header>
      <Note labelling={labelling} />
      <Work labelling={labelling} help={help} setHelp={setHelp} />
      {help && <Help onClose={() => setHelp(false)} />}
    </div>
  );
}

function Work({ labelling, help, setHelp }: { labelling: Labelling; help: boolean; setHelp: (open: boolean) => void }) {
  const { draft, idle, away } = labelling;
  const protocol = useProtocol(draft?.task.protocolId);
  if (idle) {
    return (
      <div className="m-auto">
        <Empty title="Nothing waits for you">
          <WhyNothing />
          <Button className="mt-3" onClick={labelling.look} autoFocus>
            Look again
          </Button>
        </Empty>
      </div>
    );
  }
  if (protocol.error) {
    return (
      <div className="p-6">
        <Failure error={protocol.error} />
      </div>
    );
  }
  if (!draft || !protocol.data) {
    return (
      <div className="m-auto">
        {away ? (
          <Empty title="The server is away">Leave this page open: the next questions come as soon as it is back.</Empty>
        ) : (
          <span className="text-faint">Fetching the next page…</span>
        )}
      </div>
    );
  }
  return (
    <PageView
      key={draft.task.id}
      draft={draft}
      protocol={protocol.data}
      labelling={labelling}
      paused={help}
      onHelp={() => setHelp(true)}
    />
  );
}

/** What there is to do for others, or to wait for. */
function WhyNothing() {
  const { data } = useApi(reviewApi.progress, undefined, { every: 10_000 });
  const others = data?.forOthers ?? 0;
  if (others === 0) {
    return (
      <p>Every page of the open iteration is answered or with somebody else. New ones come with the next iteration.</p>
    );
  }
  return (
    <p>
      {others === 1 ? "One page waits" : `${count(others)} pages wait`} for somebody else: evaluation images are
      answered by several people, each blind to the others, and you have answered these.
    </p>
  );
}

function Note({ labelling }: { labelling: Labelling }) {
  const { notice, dismiss } = labelling;
  if (!notice) return null;
  const look = notice.tone === "bad" ? "border-bad/40 bg-bad-soft text-bad" : "border-warn/40 bg-warn-soft text-warn";
  return (
    <div role="alert" className={`flex items-center justify-between gap-4 border-b px-4 py-2 ${look}`}>
      <span>{notice.text}</span>
      <button type="button" tabIndex={-1} onClick={dismiss} className="shrink-0 text-xs underline">
        understood
      </button>
    </div>
  );
}
