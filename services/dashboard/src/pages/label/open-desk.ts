import type { SlotResult } from "@anyone/contracts/review-slots";
import type { Protocol } from "@anyone/domain/annotate/protocol";
import { isPassing, openDelivery, sentence } from "./deliver.ts";
import {
  answer,
  currentSheet,
  type Desk,
  drop,
  type Given,
  holds,
  openSlots,
  protocolOf,
  reopen,
  type Sheet,
  type SlotName,
  same,
  slotsOf,
  tidy,
  undo,
  withSheet,
} from "./desk.ts";
import { keepWork, nameOfWork, randomKey, type Shelf, TOUCH_MS, takeLeft } from "./desk-storage.ts";
import { flagSlot, type Kind, leaseSheet, releaseSheet, skipSheet } from "./lease.ts";
import { isPending, type Outbox, pending, retract } from "./outbox.ts";
import { createPaceMeter } from "./pace-meter.ts";
import { post } from "./post.ts";
import { protocolFor, warm } from "./warm.ts";

const AWAY_MS = 2_000;
/** Somebody who waits for work is asked about it again this often. */
const LOOK_MS = 5_000;
/** From so few open fields on the next grid is fetched, pictures and all. */
const NEXT_GRID = 12;

export interface Notice {
  tone: "plain" | "warn" | "bad";
  text: string;
}

/** What the page shows of it; a new object with every change. */
export interface DeskView {
  kind: Kind;
  /** The question to work on; null: the server picks. */
  category: number | null;
  desk: Desk;
  outbox: Outbox;
  sheet: Sheet | null;
  protocol: Protocol | null;
  /** Nothing waits for this annotator. */
  idle: boolean;
  /** Why the server can't be reached; it is asked again by itself. */
  away: string | null;
  notice: Notice | null;
  /** Answers given since the page was opened, and how many a minute lately; null until there are enough to say. */
  answered: number;
  perMinute: number | null;
  canUndo: boolean;
}

export interface OpenDesk {
  subscribe: (listener: () => void) => () => void;
  view: () => DeskView;
  answer: (given: readonly Given[]) => void;
  undo: () => SlotName[];
  skip: (slots: readonly SlotName[], reason: string) => void;
  flag: (slot: SlotName, note: string) => void;
  work: (kind: Kind, category?: number | null) => void;
  look: () => void;
  dismiss: () => void;
  close: () => void;
}

/** Opens an annotator's desk: with what an earlier window left, or with a fresh sheet. */
export function openDesk(annotator: string, start: Kind, shelf: Shelf = localStorage): OpenDesk {
  const listeners = new Set<() => void>();
  const name = nameOfWork(annotator);
  const protocols = new Map<string, Protocol>();
  const pace = createPaceMeter();
  let work = { desk: { sheets: [], steps: [] } as Desk, outbox: { sealed: [], waiting: [] } as Outbox };
  let rest = {
    kind: start,
    category: null as number | null,
    idle: false,
    /** Why answers can't be sent, and why no sheet can be leased: either may fail while the other works. */
    unsent: null as string | null,
    unleased: null as string | null,
    notice: null as Notice | null,
  };
  let shown: DeskView | null = null;
  let leasing = false;
  /** Nothing waited when the server was last asked, a moment ago. */
  let dry = false;
  let closed = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const delivery = openDelivery({
    read: () => work.outbox,
    write: (outbox) => keep({ ...work, outbox }),
    onResults,
    onAway: (unsent) => change({ unsent }),
  });
  /** A window that goes leaves its record to the next one at once, also if a reply still comes while it goes. */
  let going = false;
  const put = () => keepWork(shelf, name, work, going ? 0 : Date.now());
  const touching = setInterval(put, TOUCH_MS);
  const leave = () => {
    going = true;
    put();
  };
  // out of the browser's cache of pages: it was not gone after all
  const comeBack = ({ persisted }: PageTransitionEvent) => {
    if (persisted) going = false;
  };
  const leaving = (event: BeforeUnloadEvent) => {
    if (pending(work.outbox) > 0) event.preventDefault();
  };
  addEventListener("pagehide", leave);
  addEventListener("pageshow", comeBack);
  addEventListener("beforeunload", leaving);
  void begin();

  async function begin(): Promise<void> {
    const left = takeLeft(shelf, annotator);
    const held = left.desk.sheets.filter(isHeld);
    await Promise.all(held.map(learn)).catch(() => {});
    const again = held.filter(({ given }) => given.length > 0).length > 0;
    const steps = left.desk.steps.filter((step) =>
      held.some((sheet) => slotsOf(sheet).some((slot) => holds(step, slot))),
    );
    keep({ desk: { sheets: held, steps }, outbox: left.outbox });
    clear();
    for (const sheet of held) warm(sheet);
    const sheet = work.desk.sheets.find((one) => openOf(one).length > 0);
    if (sheet) change({ kind: sheet.kind });
    if (again && sheet) {
      change({ notice: { tone: "plain", text: "You were in the middle of this: your answers are still here." } });
    }
    delivery.wake();
    void fill();
  }

  /** Leases the next sheet where little is left to do. */
  async function fill(): Promise<void> {
    if (leasing || closed) return;
    const { kind, category } = rest;
    const open = work.desk.sheets.filter((sheet) => sheet.kind === kind && openOf(sheet).length > 0);
    const [only] = open;
    if (open.length > 1 || (only && (dry || !nearlyDone(only)))) return;
    leasing = true;
    let again = false;
    clearTimeout(timer);
    try {
      const sheet = await leaseSheet(
        kind,
        category ?? (only?.kind === "grid" ? only.grid.category : null),
        category !== null,
      );
      if (sheet) {
        await learn(sheet);
        warm(sheet);
      }
      if (closed) {
        // the window went while this was asked: nobody will answer it here
        if (sheet) void releaseSheet(sheet, slotsOf(sheet));
        return;
      }
      const nothing = sheet?.kind === "page" && openOf(sheet).length === 0;
      if (nothing) {
        await skipSheet(sheet, slotsOf(sheet), "no question of the page applies");
        again = true;
      } else if (rest.kind !== kind || rest.category !== category) {
        again = true;
        if (sheet) void releaseSheet(sheet, slotsOf(sheet));
      } else if (sheet) {
        dry = false;
        keep({ ...work, desk: withSheet(work.desk, sheet) });
        change({ idle: false, unleased: null });
      } else {
        change({ idle: true, unleased: null });
        dry = true;
        // the sheet may have been finished while this was asked
        again =
          only !== undefined && openOf(only).length > 0 && work.desk.sheets.every((one) => openOf(one).length === 0);
        timer = setTimeout(() => {
          dry = false;
          void fill();
        }, LOOK_MS);
      }
    } catch (error) {
      if (closed) return;
      if (isPassing(error)) {
        change({ unleased: sentence(error) });
        timer = setTimeout(() => void fill(), AWAY_MS);
      } else change({ idle: true, notice: { tone: "bad", text: sentence(error) } });
    } finally {
      leasing = false;
    }
    if (again) void fill();
  }

  function onResults(results: readonly SlotResult[]): void {
    const refused = results.filter(({ state }) => state === "refused");
    const [first] = refused;
    if (!first) {
      clear();
      change({});
      return;
    }
    // what contradicts or can't be read is asked again, what has gone to somebody else is not
    const lost = refused.filter(({ problem }) => problem?.code !== "bad-input");
    const again = refused.filter(({ problem }) => problem?.code === "bad-input");
    keep({ ...work, desk: drop(reopen(work.desk, again), lost) });
    change({ notice: { tone: "bad", text: refusal(first, refused.length) } });
    void fill();
  }

  function give(given: readonly Given[]): void {
    const held = keep(post({ ...work, desk: answer(work.desk, given) }, given, protocol, randomKey));
    if (!held) {
      change({
        notice: { tone: "warn", text: "This browser keeps nothing: a reload would lose what is not saved yet." },
      });
    }
    pace.add(given.length);
    clear();
    change(rest.notice?.tone === "plain" ? { notice: null } : {});
    delivery.wake();
    void fill();
  }

  function back(): SlotName[] {
    const { desk, undone } = undo(work.desk);
    if (undone.length === 0 && desk === work.desk) return [];
    keep({ desk, outbox: retract(work.outbox, undone) });
    const sheet = desk.sheets.find((one) => undone.some((slot) => slotsOf(one).some((own) => same(own, slot))));
    change(sheet ? { kind: sheet.kind, idle: false } : {});
    return undone;
  }

  function workOn(kind: Kind, category: number | null = null): void {
    if (kind === rest.kind && category === rest.category) return;
    // what is not begun goes back at once, so that it waits for nobody
    for (const sheet of work.desk.sheets) {
      const open = openOf(sheet);
      if (open.length === 0) continue;
      void releaseSheet(sheet, open);
      keep({ ...work, desk: drop(work.desk, open) });
    }
    clear();
    change({ kind, category, idle: false, notice: null });
    void fill();
  }

  function skip(slots: readonly SlotName[], reason: string): void {
    for (const sheet of work.desk.sheets) {
      const own = slotsOf(sheet).filter((slot) => slots.some((one) => same(one, slot)));
      if (own.length === 0) continue;
      const all = sheet.kind === "page" ? slotsOf(sheet) : own;
      keep({ desk: drop(work.desk, all), outbox: retract(work.outbox, all) });
      skipSheet(sheet, own, reason).catch((error: unknown) =>
        change({ notice: { tone: "bad", text: sentence(error) } }),
      );
    }
    clear();
    change({});
    void fill();
  }

  function flag({ taskId, category }: SlotName, note: string): void {
    flagSlot({ taskId, category }, note).then(
      () => change({ notice: { tone: "plain", text: "Flagged: an operator will look at it." } }),
      (error: unknown) => change({ notice: { tone: "bad", text: `Not flagged: ${sentence(error)}` } }),
    );
  }

  /** Puts away what is answered, saved and beyond undoing. */
  function clear(): void {
    keep({ ...work, desk: tidy(work.desk, protocol, (slot) => isPending(work.outbox, slot)) });
  }

  function keep(next: typeof work): boolean {
    work = next;
    shown = null;
    return put();
  }

  function change(next: Partial<typeof rest>): void {
    rest = { ...rest, ...next };
    shown = null;
    for (const listener of listeners) listener();
  }

  function view(): DeskView {
    if (shown) return shown;
    const sheet = currentSheet(work.desk, rest.kind, protocol);
    shown = {
      ...rest,
      ...work,
      away: rest.unsent ?? rest.unleased,
      sheet,
      protocol: sheet ? (protocol(protocolOf(sheet)) ?? null) : null,
      canUndo: work.desk.steps.length > 0,
      answered: pace.answered(),
      perMinute: pace.perMinute(),
    };
    return shown;
  }

  function protocol(id: string): Protocol | undefined {
    return protocols.get(id);
  }

  async function learn(sheet: Sheet): Promise<void> {
    const id = protocolOf(sheet);
    if (!protocols.has(id)) protocols.set(id, await protocolFor(id));
  }

  function openOf(sheet: Sheet): SlotName[] {
    const known = protocol(protocolOf(sheet));
    return known ? openSlots(sheet, known) : [];
  }

  function nearlyDone(sheet: Sheet): boolean {
    return sheet.kind === "page" ? sheet.given.length > 0 : openOf(sheet).length <= NEXT_GRID;
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    view,
    answer: give,
    undo: back,
    skip,
    flag,
    work: workOn,
    look: () => {
      change({ idle: false });
      void fill();
    },
    dismiss: () => change({ notice: null }),
    close() {
      closed = true;
      clearTimeout(timer);
      clearInterval(touching);
      delivery.close();
      leave();
      removeEventListener("pagehide", leave);
      removeEventListener("pageshow", comeBack);
      removeEventListener("beforeunload", leaving);
    },
  };
}

/** Whether a sheet's lease still holds, by this machine's clock; a page that was begun is the server's to refuse. */
function isHeld(sheet: Sheet): boolean {
  const until = Date.parse(sheet.kind === "grid" ? sheet.grid.leaseUntil : sheet.task.leaseUntil);
  return Number.isNaN(until) || until > Date.now() || (sheet.kind === "page" && sheet.given.length > 0);
}

function refusal({ problem }: SlotResult, count: number): string {
  const more = count > 1 ? ` ${count} answers were not recorded.` : "";
  if (problem?.code === "lease-lost") {
    return `This had been yours for too long and was given to somebody else; the answer was not recorded.${more} What comes next is yours.`;
  }
  return `${problem?.detail ?? "The server did not record an answer."}${more}`;
}
