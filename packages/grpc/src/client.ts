import { type FaultCode, fault } from "@anyone/domain/fault";
import { ChannelCredentials } from "@grpc/grpc-js";
import {
  type CallOptions,
  type Client,
  type ClientMiddlewareCall,
  type CompatServiceDefinition,
  createChannel,
  createClientFactory,
  Metadata,
} from "nice-grpc";
import { ClientError, Status } from "nice-grpc-common";
import { MESSAGE_LIMITS } from "./limits.ts";

export interface OpenClient<Service extends CompatServiceDefinition> {
  readonly call: Client<Service>;
  close(): void;
}

/**
 * A client of one gRPC service at `address` (`host:port`). Every call carries the token and a deadline
 * (`deadlineMs`, unless the call brings its own signal); a gRPC status comes back as a Fault.
 */
export function openClient<Service extends CompatServiceDefinition>(
  definition: Service,
  address: string,
  token: string,
  { deadlineMs = 30_000 }: { deadlineMs?: number } = {},
): OpenClient<Service> {
  const channel = createChannel(address, ChannelCredentials.createInsecure(), MESSAGE_LIMITS);
  const call = createClientFactory()
    .use(carry(address, token, deadlineMs))
    .create(definition, channel);
  return { call, close: () => channel.close() };
}

const CODE: Partial<Record<Status, FaultCode>> = {
  [Status.INVALID_ARGUMENT]: "bad-input",
  [Status.UNAUTHENTICATED]: "unauthenticated",
  [Status.PERMISSION_DENIED]: "forbidden",
  [Status.NOT_FOUND]: "not-found",
  [Status.FAILED_PRECONDITION]: "conflict",
  [Status.ABORTED]: "lease-lost",
  [Status.RESOURCE_EXHAUSTED]: "too-large",
  [Status.DATA_LOSS]: "altered-object",
  [Status.UNAVAILABLE]: "unavailable",
  [Status.CANCELLED]: "timeout",
  [Status.DEADLINE_EXCEEDED]: "timeout",
};

function carry(address: string, token: string, deadlineMs: number) {
  return async function* <Request, Response>(call: ClientMiddlewareCall<Request, Response>, options: CallOptions) {
    const metadata = Metadata(options.metadata).set("authorization", `Bearer ${token}`);
    const signal = options.signal ?? AbortSignal.timeout(deadlineMs);
    try {
      return yield* call.next(call.request, { ...options, metadata, signal });
    } catch (error) {
      if (signal.aborted) throw fault("timeout", `${call.method.path} at ${address} took too long.`, { cause: error });
      if (!(error instanceof ClientError)) throw error;
      const code = CODE[error.code] ?? "internal";
      const message = code === "unavailable" ? `The service at ${address} cannot be reached.` : error.details;
      throw fault(code, message, { cause: error });
    }
  };
}
