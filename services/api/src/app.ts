import type { Logger } from "@anyone/runtime/logger";
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import type { ApiContext } from "./context.ts";
import { authentication } from "./plugins/authentication.ts";
import { serveDashboard } from "./plugins/dashboard.ts";
import { documentation } from "./plugins/documentation.ts";
import { answerError, problems } from "./plugins/problems.ts";
import { protection } from "./plugins/protection.ts";
import { validation } from "./plugins/validation.ts";
import { anchoringRoutes } from "./routes/anchoring.ts";
import { annotateRoutes } from "./routes/annotate.ts";
import { answersTransferRoutes } from "./routes/answers-transfer.ts";
import { consentRoutes } from "./routes/consent.ts";
import { crawlPreviewRoutes } from "./routes/crawl-preview.ts";
import { crawlRoutes } from "./routes/crawls.ts";
import { evaluateRoutes } from "./routes/evaluate.ts";
import { filterRoutes } from "./routes/filter.ts";
import { grantRoutes } from "./routes/grants.ts";
import { missingRoutes } from "./routes/missing.ts";
import { peopleRoutes } from "./routes/people.ts";
import { releaseRoutes } from "./routes/release.ts";
import { reviewRoutes } from "./routes/review.ts";
import { slotRoutes } from "./routes/review-slots.ts";
import { sourceRoutes } from "./routes/source.ts";
import { systemRoutes } from "./routes/system.ts";
import { thresholdRoutes } from "./routes/thresholds.ts";
import { trainRoutes } from "./routes/train.ts";
import { webhookRoutes } from "./routes/webhooks.ts";

export interface AppOptions {
  /** Signs session cookies; whoever knows it can sign in as anybody. */
  secret: string;
  log?: Logger;
  /** Requests a minute for one key (or one address without a key), unless an operation says otherwise. */
  perMinute?: number;
  /** Folder of the built dashboard; without one only the API is served. */
  dashboard?: string;
}

/** Builds the whole API without listening: `server.ts` gives it a port, tests call `inject`. */
export async function buildApp(context: ApiContext, options: AppOptions): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: options.log as FastifyBaseLogger | undefined,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 1024 * 1024,
    requestTimeout: 60_000,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 400 },
    frameworkErrors: answerError,
  }) as unknown as FastifyInstance;

  problems(app);
  validation(app);
  await protection(app, { perMinute: options.perMinute ?? 1200 });
  authentication(app, context, { secret: options.secret });
  await documentation(app);
  for (const routes of [
    sourceRoutes,
    crawlRoutes,
    crawlPreviewRoutes,
    missingRoutes,
    grantRoutes,
    consentRoutes,
    filterRoutes,
    thresholdRoutes,
    annotateRoutes,
    reviewRoutes,
    slotRoutes,
    peopleRoutes,
    anchoringRoutes,
    answersTransferRoutes,
    releaseRoutes,
    trainRoutes,
    evaluateRoutes,
    systemRoutes,
    webhookRoutes,
  ]) {
    await app.register(async (scope) => routes(scope, context));
  }
  await serveDashboard(app, options.dashboard);
  await app.ready();
  return app;
}
