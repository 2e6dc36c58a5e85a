import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from "@tanstack/react-router";
import { Shell } from "./components/shell.tsx";
import { Empty, Failure } from "./components/state.tsx";

const root = createRootRoute({
  component: Outlet,
  notFoundComponent: () => <Empty title="There is no such page">The stages are listed on the left.</Empty>,
});

const shell = createRoute({ getParentRoute: () => root, id: "shell", component: Shell });

const page = <Path extends string>(path: Path, component: () => Promise<Record<string, unknown>>, name: string) =>
  createRoute({
    getParentRoute: () => shell,
    path,
    component: lazyRouteComponent(component as never, name as never),
    validateSearch: (search: Record<string, unknown>) =>
      Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined && value !== "")) as Record<
        string,
        string | number | undefined
      >,
  });

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  component: lazyRouteComponent(() => import("./pages/session/sign-in-page.tsx"), "SignInPage"),
});

const label = createRoute({
  getParentRoute: () => root,
  path: "/label",
  component: lazyRouteComponent(() => import("./pages/label/label-page.tsx"), "LabelPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    label,
    shell.addChildren([
      page("/", () => import("./pages/overview/overview-page.tsx"), "OverviewPage"),
      page("/source", () => import("./pages/source/source-page.tsx"), "SourcePage"),
      page("/candidates/$id", () => import("./pages/source/candidate-page.tsx"), "CandidatePage"),
      page("/filter", () => import("./pages/filter/filter-page.tsx"), "FilterPage"),
      page("/filter/report", () => import("./pages/filter/report-page.tsx"), "FilterReportPage"),
      page("/assets/$id", () => import("./pages/filter/asset-page.tsx"), "AssetPage"),
      page("/annotate", () => import("./pages/annotate/annotate-page.tsx"), "AnnotatePage"),
      page("/review", () => import("./pages/review/review-page.tsx"), "ReviewPage"),
      page("/annotators", () => import("./pages/people/annotators-page.tsx"), "AnnotatorsPage"),
      page("/annotators/$name", () => import("./pages/people/annotator-page.tsx"), "AnnotatorPage"),
      page("/release", () => import("./pages/release/release-page.tsx"), "ReleasePage"),
      page("/train", () => import("./pages/train/train-page.tsx"), "TrainPage"),
      page("/evaluate", () => import("./pages/evaluate/evaluate-page.tsx"), "EvaluatePage"),
      page("/system", () => import("./pages/system/system-page.tsx"), "SystemPage"),
    ]),
  ]),
  defaultPreload: "intent",
  defaultErrorComponent: ({ error }) => (
    <div className="p-5">
      <Failure error={error} />
    </div>
  ),
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
