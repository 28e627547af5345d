// A typed client of a Ratchet server, made by `ratchet generate types`
// (/*VERSION*/). Do not edit. Works wherever fetch does: browsers, Node.js,
// Deno, Bun, workers.
//
//   const ratchet = new Ratchet({ baseUrl: "http://127.0.0.1:8080" });
//   const { tasks } = await ratchet.listAvailableTasks({ limit: 10 });
import type { Input, Output, TaskName } from "./tasks";

/** Codes of errors. A newer server may have further ones. */
export type ErrorCode = /*CODES*/ | (string & {});

/** Text of a result that is a document. */
export interface Document {
  text: string;
}

export interface ErrorDetail {
  field?: string;
  code?: string;
  message?: string;
}

/** The body of every answer that is an error. */
export interface ErrorBody {
  error: {
    code: ErrorCode;
    message: string;
    status: number;
    requestId?: string;
    timestamp?: string;
    path?: string;
    details?: ErrorDetail[];
    suggestions?: string[];
    [key: string]: unknown;
  };
  statusCode: number;
  message: string;
}

/** A call that the server refused. Its text is for people, its code for programs. */
export class RatchetError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly requestId: string | undefined;
  readonly details: ErrorDetail[];
  readonly suggestions: string[];
  /** Milliseconds to wait before the same call may succeed. */
  readonly retryAfterMs: number | undefined;
  constructor(
    status: number,
    readonly body: Partial<ErrorBody> | undefined,
    headers: Headers,
  ) {
    super(body?.error?.message ?? `the server answered ${status}`);
    this.name = "RatchetError";
    this.code = body?.error?.code ?? "INTERNAL_ERROR";
    this.status = status;
    this.requestId = body?.error?.requestId ?? headers.get("x-request-id") ?? undefined;
    this.details = body?.error?.details ?? [];
    this.suggestions = body?.error?.suggestions ?? [];
    const seconds = Number(headers.get("retry-after") ?? NaN);
    this.retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : undefined;
  }
}

/** A run that did not complete: failed, timed_out or cancelled. */
export class RunError extends Error {
  constructor(
    readonly executionId: string,
    readonly status: string,
    readonly state: unknown,
  ) {
    super(`execution ${executionId} ${status}`);
    this.name = "RunError";
  }
}

export interface ClientOptions {
  /** Where the server is, e.g. http://127.0.0.1:8080. */
  baseUrl: string;
  /** Sent as X-API-Key. */
  apiKey?: string;
  /** Sent as a bearer token. */
  token?: string;
  /** Sent with every call. */
  headers?: Record<string, string>;
  /** Another fetch than the global one. */
  fetch?: typeof globalThis.fetch;
}

export interface CallOptions {
  signal?: AbortSignal;
  /** A repeated key returns the first answer. */
  idempotencyKey?: string;
  headers?: Record<string, string>;
}

/*TYPES*/
/** Every tool by its name. */
export interface Tools {
/*TOOLS*/
}
export type ToolName = keyof Tools;

export class Ratchet {
  readonly #base: string;
  readonly #headers: Record<string, string>;
  readonly #fetch: typeof globalThis.fetch;

  constructor(options: string | ClientOptions) {
    const o: ClientOptions = typeof options === "string" ? { baseUrl: options } : options;
    this.#base = o.baseUrl.replace(/\/+$/, "") + "/api/v1/tools/";
    this.#headers = { accept: "application/json", "content-type": "application/json", ...o.headers };
    if (o.apiKey !== undefined) this.#headers["x-api-key"] = o.apiKey;
    if (o.token !== undefined) this.#headers["authorization"] = "Bearer " + o.token;
    this.#fetch = o.fetch ?? ((input, init) => globalThis.fetch(input, init));
  }

  /** Calls any tool by its name. Refusals are RatchetErrors. */
  async call<N extends ToolName>(tool: N, args: Tools[N]["input"], options?: CallOptions): Promise<Tools[N]["output"]> {
    const headers: Record<string, string> = { ...this.#headers, ...options?.headers };
    if (options?.idempotencyKey !== undefined) headers["idempotency-key"] = options.idempotencyKey;
    const init: RequestInit = { method: "POST", headers, body: JSON.stringify(args) };
    if (options?.signal) init.signal = options.signal;
    const answer = await this.#fetch(this.#base + encodeURIComponent(tool), init);
    const text = await answer.text();
    let body: unknown;
    try {
      body = text === "" ? undefined : JSON.parse(text);
    } catch {
      body = undefined; // an answer of something in between
    }
    if (!answer.ok) throw new RatchetError(answer.status, body as Partial<ErrorBody> | undefined, answer.headers);
    return (body as { data: Tools[N]["output"] } | undefined)?.data as Tools[N]["output"];
  }

  /*METHODS*/
}
