import type { answerRepository } from "@anyone/db/answers";
import type { labellerRepository } from "@anyone/db/labellers";
import type { protocolRepository } from "@anyone/db/protocols";
import type { Inference } from "@anyone/grpc/annotate";
import type { Logger } from "@anyone/runtime/logger";

/** What the annotator's handlers work with. */
export interface AnnotatorContext {
  answers: ReturnType<typeof answerRepository>;
  labellers: ReturnType<typeof labellerRepository>;
  protocols: ReturnType<typeof protocolRepository>;
  inference: Inference;
  log: Logger;
}
