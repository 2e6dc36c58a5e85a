import { systemApi } from "@anyone/contracts/system";
import { Link, Navigate, Outlet } from "@tanstack/react-router";
import { api, queries, useApi } from "../client.ts";
import { compact } from "../format.ts";
import { useLiveEvents } from "./live.ts";
import { SignedIn, useIdentity } from "./session.tsx";
import { useTheme } from "./theme.ts";

const STAGES = ["source", "filter", "annotate", "review", "release", "train", "evaluate"] as const;

/** The frame of every operator's page: the seven stages in their order, who is signed in, the colours. */
export function Shell() {
  return (
    <SignedIn>
      <Frame />
    </SignedIn>
  );
}

function Frame() {
  const { name, role } = useIdentity();
  const operator = role !== "annotator";
  useLiveEvents(operator);
  const overview = useApi(systemApi.overview, undefined, { every: 2_000, enabled: operator });
  if (!operator) return <Navigate to="/label" replace />;
  const stages = overview.data?.stages ?? [];
  const dead = stages.reduce((sum, stage) => sum + stage.tasks.dead, 0);

  return (
    <div className="grid h-full grid-cols-[172px_minmax(0,1fr)]">
      <nav className="flex flex-col border-r border-line bg-panel px-2.5 py-4" aria-label="stages">
        <Link
          to="/"
          className="mb-4 flex items-center gap-2 px-1.5 text-sm font-semibold tracking-tight whitespace-nowrap"
        >
          <img src="/wheel.svg" alt="" className="size-5" />
          Annotate Anyone
        </Link>
        <Item to="/" exact>
          overview
        </Item>
        <div className="my-2 border-t border-line" />
        {STAGES.map((stage) => {
          const view = stages.find((one) => one.stage === stage);
          return (
            <Item key={stage} to={`/${stage}`}>
              <Dot busy={(view?.tasks.leased ?? 0) > 0} dead={(view?.tasks.dead ?? 0) > 0} />
              {stage}
              {view && view.tasks.ready > 0 && (
                <span className="ml-auto text-xs text-faint" title="tasks waiting">
                  {compact(view.tasks.ready)}
                </span>
              )}
            </Item>
          );
        })}
        <div className="my-2 border-t border-line" />
        <Item to="/label">label</Item>
        <Item to="/system">
          system
          {dead > 0 && <span className="ml-auto text-xs font-medium text-bad">{compact(dead)} dead</span>}
        </Item>
        <div className="mt-auto flex flex-col gap-1 px-2 text-xs text-dim">
          <span className="truncate" title={`role ${role}`}>
            {name} · {role}
          </span>
          <span className="flex gap-3">
            <ThemeToggle />
            <a href="/docs/" className="text-dim hover:text-ink">
              API
            </a>
            <button type="button" className="hover:text-ink" onClick={signOut}>
              sign out
            </button>
          </span>
        </div>
      </nav>
      <main className="overflow-y-auto">
        <Outlet />
      </main>
    </div>
  );
}

function Item({ to, exact = false, children }: { to: string; exact?: boolean; children: React.ReactNode }) {
  return (
    <Link
      to={to}
      activeOptions={{ exact }}
      className="flex h-7 items-center gap-2 rounded-md px-2 text-dim hover:bg-sunk hover:text-ink"
      activeProps={{ className: "!text-accent font-medium bg-accent-soft" }}
    >
      {children}
    </Link>
  );
}

function Dot({ busy, dead }: { busy: boolean; dead: boolean }) {
  const tone = dead ? "bg-bad" : busy ? "bg-accent animate-pulse" : "bg-strong";
  return <span className={`size-1.5 rounded-full ${tone}`} />;
}

export function ThemeToggle() {
  const [theme, toggle] = useTheme();
  return (
    <button type="button" className="hover:text-ink" onClick={toggle} aria-label="change between light and dark">
      {theme === "dark" ? "light" : "dark"}
    </button>
  );
}

async function signOut(): Promise<void> {
  await api.call(systemApi.signOut);
  queries.clear();
  location.assign("/sign-in");
}
