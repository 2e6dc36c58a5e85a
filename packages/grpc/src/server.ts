import { createHash, timingSafeEqual } from "node:crypto";
import { Fault, type FaultCode, fault } from "@anyone/domain/fault";
import { ServerCredentials } from "@grpc/grpc-js";
import {
  type CallContext,
  type CompatServiceDefinition,
  createServer,
  type ServerMiddlewareCall,
  type ServiceImplementation,
} from "nice-grpc";
import { ServerError, Status } from "nice-grpc-common";
import { MESSAGE_LIMITS } from "./limits.ts";

export interface RunningServer {
  /** `host:port`, with the port that was really taken. */
  readonly address: string;
  /** Ends open calls and frees the port. */
  close(): Promise<void>;
}

/**
 * Serves one gRPC service at `address` (port 0 takes a free one). Every call must carry
 * `authorization: Bearer <token>`; a Fault becomes the matching gRPC status with its sentence, anything else INTERNAL
 * without its text. Faults: `bad-environment` when the address can't be had.
 */
export async function serve<Service extends CompatServiceDefinition>(
  address: string,
  token: string,
  definition: Service,
  implementation: ServiceImplementation<Service>,
  onError: (error: unknown, path: string) => void = () => {},
): Promise<RunningServer> {
  const server = createServer({ ...MESSAGE_LIMITS, "grpc.max_concurrent_streams": 256 }).use(guard(token, onError));
  server.add(definition, implementation);
  const port = await server.listen(address, ServerCredentials.createInsecure()).catch((error: unknown) => {
    throw fault(
      "bad-environment",
      `The address ${address} can't be listened on: it is taken, or not of this machine.`,
      {
        cause: error,
        hint: "Stop the program that has it, or set another in the environment.",
      },
    );
  });
  return {
    address: `${address.slice(0, address.lastIndexOf(":"))}:${port}`,
    async close() {
      const cut = setTimeout(() => server.forceShutdown(), 2_000);
      await server.shutdown();
      clearTimeout(cut);
    },
  };
}

/** gRPC status of each fault; what is not named here is INTERNAL. */
const STATUS: Partial<Record<FaultCode, Status>> = {
  "bad-input": Status.INVALID_ARGUMENT,
  "bad-payload": Status.INVALID_ARGUMENT,
  unauthenticated: Status.UNAUTHENTICATED,
  forbidden: Status.PERMISSION_DENIED,
  "not-found": Status.NOT_FOUND,
  conflict: Status.FAILED_PRECONDITION,
  "lease-lost": Status.ABORTED,
  "too-large": Status.RESOURCE_EXHAUSTED,
  unavailable: Status.UNAVAILABLE,
  timeout: Status.DEADLINE_EXCEEDED,
};

function guard(token: string, onError: (error: unknown, path: string) => void) {
  const expected = digest(`Bearer ${token}`);
  return async function* <Request, Response>(call: ServerMiddlewareCall<Request, Response>, context: CallContext) {
    if (!timingSafeEqual(digest(context.metadata.get("authorization") ?? ""), expected)) {
      throw new ServerError(Status.UNAUTHENTICATED, "The call carries no valid SERVICE_TOKEN.");
    }
    try {
      return yield* call.next(call.request, context);
    } catch (error) {
      if (error instanceof Fault) {
        throw new ServerError(
          STATUS[error.code] ?? Status.INTERNAL,
          [error.message, error.hint].filter(Boolean).join(" "),
        );
      }
      if (!context.signal.aborted) onError(error, call.method.path);
      throw error instanceof ServerError
        ? error
        : new ServerError(Status.INTERNAL, "The call failed; the service's log says why.");
    }
  };
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
