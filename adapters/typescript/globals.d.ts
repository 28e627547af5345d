// What a Ratchet task can use. Written for `lib: ["ES2023"]` and no others: a
// task has no DOM, no Node.js, no require and no file system.

/** Called once per execution; what it returns, or what its promise resolves to, is the output. */
type TaskFunction<Input = any, Output = any> = (input: Input, context: TaskContext) => Output | Promise<Output>;

/** The second argument of a task: its execution and what it may use. */
interface TaskContext {
  readonly executionId: string;
  readonly taskId: string | null;
  readonly taskName: string | null;
  readonly taskVersion: string | null;
  readonly jobId: string | null;
  readonly scheduleId: string | null;
  readonly batchId: string | null;
  readonly workflowRunId: string | null;
  /** 1 for the first attempt. */
  readonly attempt: number;
  readonly idempotencyKey: string | null;
  readonly traceId: string | null;
  /** When the run ends at the latest, in milliseconds since 1970. */
  readonly deadline: number;
  /** The content of the task's config.json; null without one. */
  readonly config: any;
  readonly fetch: typeof fetch;
  readonly reportProgress: typeof reportProgress;
  /** The same as reportProgress. */
  readonly progress: typeof reportProgress;
  readonly log: TaskLog;
  readonly secrets: TaskSecrets;
  /** Aborts when the run is asked to stop. */
  readonly signal: AbortSignal;
}

/** Log lines with fields: the last argument may be an object or an error. */
interface TaskLog {
  trace(message: unknown, ...more: unknown[]): void;
  debug(message: unknown, ...more: unknown[]): void;
  info(message: unknown, ...more: unknown[]): void;
  warn(message: unknown, ...more: unknown[]): void;
  error(message: unknown, ...more: unknown[]): void;
}

interface TaskSecrets {
  /**
   * Stands for a secret that the task's metadata declares. Put it into the path
   * or query of the URL, a header or the body of a fetch to a host that the
   * secret is bound to: the server sends the value in its place. In Basic
   * credentials, encode it: "Basic " + btoa("user:" + ref).
   */
  ref(name: string): string;
  /** The value of a secret that the operator made readable; an AuthorizationError for any other. Prefer ref. */
  get(name: string): string;
}

/** How far a run is. */
interface ProgressReport {
  /** From 0 to 1; stepNumber / totalSteps when it is left out. */
  progress?: number;
  step?: string;
  stepNumber?: number;
  totalSteps?: number;
  message?: string;
  data?: unknown;
}

/** Tells the caller how far the run is: a number from 0 to 1, or more. */
declare function reportProgress(report: ProgressReport): void;
declare function reportProgress(progress: number, message?: string): void;
/** The same as reportProgress. */
declare const progress: typeof reportProgress;

// HTTP

type HeadersInit = Headers | Record<string, string | number | boolean | string[]> | Iterable<readonly [string, string]>;
/** An object or array is sent as JSON, URLSearchParams as a form, a string as it is. */
type BodyInit = object | string | number | boolean | null;

interface FetchParams {
  method?: "GET" | "POST" | "PUT" | "DELETE" | "PATCH" | "HEAD" | "OPTIONS" | Lowercase<"GET" | "POST" | "PUT" | "DELETE" | "PATCH" | "HEAD" | "OPTIONS">;
  headers?: HeadersInit | null;
  body?: BodyInit;
  /** Milliseconds. */
  timeout?: number;
  redirect?: "follow" | "error" | "manual";
  signal?: AbortSignal | null;
  /** Statuses from 400 throw: AuthenticationError, AuthorizationError, RateLimitError, ServiceUnavailableError or HttpError. */
  throwOnError?: boolean;
  idempotencyKey?: string | null;
}

/** The promise has the fields of the response too; reading one waits in place. */
interface PendingResponse extends Promise<Response> {
  readonly ok: boolean;
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  readonly url: string;
  readonly redirected: boolean;
  readonly type: string;
  readonly body: any;
  readonly bodyUsed: boolean;
  json(): Promise<any>;
  text(): Promise<string>;
  arrayBuffer(): Promise<ArrayBuffer>;
  bytes(): Promise<Uint8Array>;
  blob(): Promise<Blob>;
  clone(): Response;
}

/** One HTTP request, made by the server for the task. A body given third wins over params.body. */
declare function fetch(url: string | URL | Request, params?: FetchParams | null, body?: BodyInit): PendingResponse;
/** Throws as throwOnError does when the response is not ok; else returns it. */
declare function ensureOk(response: Response | PendingResponse): Response;

/** Names are also plain properties in lower case: headers["content-type"]. */
declare class Headers {
  constructor(init?: HeadersInit);
  append(name: string, value: string): void;
  set(name: string, value: string): void;
  delete(name: string): void;
  get(name: string): string | null;
  has(name: string): boolean;
  getSetCookie(): string[];
  forEach(callback: (value: string, name: string, headers: Headers) => void, thisArg?: unknown): void;
  entries(): IterableIterator<[string, string]>;
  keys(): IterableIterator<string>;
  values(): IterableIterator<string>;
  [Symbol.iterator](): IterableIterator<[string, string]>;
  [name: string]: any;
}

declare class Request {
  constructor(input: string | URL | Request, params?: FetchParams | null, body?: BodyInit);
  readonly url: string;
  readonly method: string;
  readonly redirect: string;
  readonly signal: AbortSignal | null;
  readonly bodyUsed: boolean;
  readonly headers: Headers;
  json(): Promise<any>;
  text(): Promise<string>;
  arrayBuffer(): Promise<ArrayBuffer>;
  bytes(): Promise<Uint8Array>;
  blob(): Promise<Blob>;
  clone(): Request;
}

interface ResponseInit {
  status?: number;
  statusText?: string;
  headers?: HeadersInit;
}

/** Read methods may be called more than once, and after body. */
declare class Response {
  constructor(body?: BodyInit, init?: ResponseInit | null);
  static json(data: unknown, init?: ResponseInit): Response;
  static error(): Response;
  static redirect(url: string | URL, status?: 301 | 302 | 303 | 307 | 308): Response;
  readonly ok: boolean;
  readonly status: number;
  readonly statusText: string;
  readonly url: string;
  readonly redirected: boolean;
  readonly type: string;
  readonly headers: Headers;
  readonly bodyUsed: boolean;
  /** Parsed when it is JSON, else text; null when there is none. */
  readonly body: any;
  json(): Promise<any>;
  text(): Promise<string>;
  arrayBuffer(): Promise<ArrayBuffer>;
  bytes(): Promise<Uint8Array>;
  blob(): Promise<Blob>;
  clone(): Response;
}

// Errors

interface ErrorDetails {
  cause?: unknown;
  status?: number;
  response?: Response;
  retryable?: boolean;
  retryAfter?: number | null;
}

declare class AuthenticationError extends Error {
  constructor(message?: string, options?: ErrorDetails);
  readonly retryable: boolean;
  readonly status?: number;
  readonly response?: Response;
}
declare class AuthorizationError extends Error {
  constructor(message?: string, options?: ErrorDetails);
  readonly retryable: boolean;
  readonly status?: number;
  readonly response?: Response;
}
declare class NetworkError extends Error {
  constructor(message?: string, options?: ErrorDetails);
  readonly retryable: boolean;
}
declare class HttpError extends Error {
  constructor(status?: number, message?: string, options?: ErrorDetails);
  readonly retryable: boolean;
  readonly status: number;
  readonly response?: Response;
}
declare class ValidationError extends Error {
  constructor(message?: string, options?: ErrorDetails);
  readonly retryable: boolean;
}
declare class ConfigurationError extends Error {
  constructor(message?: string, options?: ErrorDetails);
  readonly retryable: boolean;
}
declare class RateLimitError extends Error {
  constructor(message?: string, options?: ErrorDetails);
  readonly retryable: boolean;
  readonly status?: number;
  readonly response?: Response;
  /** Seconds; null when the server did not say. */
  readonly retryAfter?: number | null;
}
declare class ServiceUnavailableError extends Error {
  constructor(message?: string, options?: ErrorDetails);
  readonly retryable: boolean;
  readonly status?: number;
  readonly response?: Response;
}
declare class TimeoutError extends Error {
  constructor(message?: string, options?: ErrorDetails);
  readonly retryable: boolean;
}
declare class DataError extends Error {
  constructor(message?: string, options?: ErrorDetails);
  readonly retryable: boolean;
}
/** Thrown by fetch for a POST or PATCH that was sent before, in this run or in the one it retries, and whose outcome is unknown. */
declare class EffectUnknownError extends Error {
  constructor(message?: string, options?: ErrorDetails);
  readonly retryable: boolean;
}
declare class DOMException extends Error {
  constructor(message?: string, options?: string | { name?: string; cause?: unknown });
  readonly name: string;
  readonly code: number;
}

// Console and timers

interface Console {
  log(...data: unknown[]): void;
  info(...data: unknown[]): void;
  debug(...data: unknown[]): void;
  trace(...data: unknown[]): void;
  warn(...data: unknown[]): void;
  error(...data: unknown[]): void;
  dir(...data: unknown[]): void;
  assert(condition?: unknown, ...data: unknown[]): void;
  table(rows?: unknown): void;
  time(label?: string): void;
  timeEnd(label?: string): void;
  timeLog(label?: string): void;
  group(...data: unknown[]): void;
  groupCollapsed(...data: unknown[]): void;
  groupEnd(): void;
  count(label?: string): void;
  countReset(label?: string): void;
}
/** Every call is a log line of the execution, with its place in the source. */
declare const console: Console;

declare function setTimeout<A extends unknown[]>(callback: (...args: A) => void, delay?: number, ...args: A): number;
declare function setInterval<A extends unknown[]>(callback: (...args: A) => void, delay?: number, ...args: A): number;
declare function clearTimeout(id?: number | null): void;
declare function clearInterval(id?: number | null): void;
declare function queueMicrotask(callback: () => void): void;
declare function setImmediate<A extends unknown[]>(callback: (...args: A) => void, ...args: A): number;
declare function clearImmediate(id?: number | null): void;

interface Performance {
  now(): number;
  readonly timeOrigin: number;
}
declare const performance: Performance;

// Events and cancellation

interface EventInit {
  bubbles?: boolean;
  cancelable?: boolean;
  composed?: boolean;
}
declare class Event {
  constructor(type: string, init?: EventInit);
  readonly type: string;
  readonly bubbles: boolean;
  readonly cancelable: boolean;
  readonly composed: boolean;
  readonly timeStamp: number;
  readonly isTrusted: boolean;
  readonly defaultPrevented: boolean;
  readonly target: EventTarget | null;
  readonly currentTarget: EventTarget | null;
  readonly eventPhase: number;
  preventDefault(): void;
  stopPropagation(): void;
  stopImmediatePropagation(): void;
  composedPath(): EventTarget[];
}
interface CustomEventInit<T = unknown> extends EventInit {
  detail?: T;
}
declare class CustomEvent<T = unknown> extends Event {
  constructor(type: string, init?: CustomEventInit<T>);
  readonly detail: T;
}
type EventListenerOrObject = ((event: Event) => void) | { handleEvent(event: Event): void };
interface ListenerOptions {
  capture?: boolean;
  once?: boolean;
  passive?: boolean;
  signal?: AbortSignal;
}
declare class EventTarget {
  constructor();
  addEventListener(type: string, callback: EventListenerOrObject | null, options?: boolean | ListenerOptions): void;
  removeEventListener(type: string, callback: EventListenerOrObject | null, options?: boolean | ListenerOptions): void;
  dispatchEvent(event: Event): boolean;
}
declare class AbortSignal extends EventTarget {
  private constructor();
  static abort(reason?: unknown): AbortSignal;
  static timeout(milliseconds: number): AbortSignal;
  static any(signals: Iterable<AbortSignal>): AbortSignal;
  readonly aborted: boolean;
  readonly reason: any;
  onabort: ((event: Event) => void) | null;
  throwIfAborted(): void;
}
declare class AbortController {
  constructor();
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}

// Addresses and text

declare class URL {
  constructor(url: string | URL, base?: string | URL);
  static canParse(url: string | URL, base?: string | URL): boolean;
  static parse(url: string | URL, base?: string | URL): URL | null;
  href: string;
  readonly origin: string;
  protocol: string;
  username: string;
  password: string;
  host: string;
  hostname: string;
  port: string;
  pathname: string;
  search: string;
  hash: string;
  readonly searchParams: URLSearchParams;
  toString(): string;
  toJSON(): string;
}
declare class URLSearchParams {
  constructor(init?: string | URLSearchParams | Record<string, string> | Iterable<readonly [string, string]>);
  readonly size: number;
  append(name: string, value: string): void;
  delete(name: string, value?: string): void;
  get(name: string): string | null;
  getAll(name: string): string[];
  has(name: string, value?: string): boolean;
  set(name: string, value: string): void;
  sort(): void;
  forEach(callback: (value: string, name: string, params: URLSearchParams) => void, thisArg?: unknown): void;
  entries(): IterableIterator<[string, string]>;
  keys(): IterableIterator<string>;
  values(): IterableIterator<string>;
  [Symbol.iterator](): IterableIterator<[string, string]>;
  toString(): string;
}
declare class TextEncoder {
  constructor();
  readonly encoding: "utf-8";
  encode(input?: string): Uint8Array;
  encodeInto(source: string, destination: Uint8Array): { read: number; written: number };
}
/** UTF-8, and the other encodings of the Encoding Standard. */
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  readonly encoding: string;
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;
  decode(input?: ArrayBuffer | ArrayBufferView, options?: { stream?: boolean }): string;
}
interface BlobPropertyBag {
  type?: string;
  endings?: "transparent" | "native";
}
declare class Blob {
  constructor(parts?: Iterable<string | ArrayBuffer | ArrayBufferView | Blob>, options?: BlobPropertyBag);
  readonly size: number;
  readonly type: string;
  slice(start?: number, end?: number, type?: string): Blob;
  text(): Promise<string>;
  arrayBuffer(): Promise<ArrayBuffer>;
  bytes(): Promise<Uint8Array>;
  stream(): ReadableStream<Uint8Array>;
}
declare class File extends Blob {
  constructor(parts: Iterable<string | ArrayBuffer | ArrayBufferView | Blob>, name: string, options?: BlobPropertyBag & { lastModified?: number });
  readonly name: string;
  readonly lastModified: number;
}
/** The body of a request as multipart/form-data. */
declare class FormData {
  constructor();
  append(name: string, value: string | Blob, filename?: string): void;
  set(name: string, value: string | Blob, filename?: string): void;
  delete(name: string): void;
  get(name: string): string | File | null;
  getAll(name: string): (string | File)[];
  has(name: string): boolean;
  forEach(callback: (value: string | File, name: string, form: FormData) => void, thisArg?: unknown): void;
  entries(): IterableIterator<[string, string | File]>;
  keys(): IterableIterator<string>;
  values(): IterableIterator<string | File>;
  [Symbol.iterator](): IterableIterator<[string, string | File]>;
}

// Streams. In a task that uses them, the body of a response is one.

interface QueuingStrategy<T = any> {
  highWaterMark?: number;
  size?(chunk: T): number;
}
interface UnderlyingSource<R = any> {
  start?(controller: ReadableStreamDefaultController<R>): any;
  pull?(controller: ReadableStreamDefaultController<R>): void | PromiseLike<void>;
  cancel?(reason?: unknown): void | PromiseLike<void>;
  type?: "bytes";
}
interface UnderlyingSink<W = any> {
  start?(controller: WritableStreamDefaultController): any;
  write?(chunk: W, controller: WritableStreamDefaultController): void | PromiseLike<void>;
  close?(): void | PromiseLike<void>;
  abort?(reason?: unknown): void | PromiseLike<void>;
}
interface Transformer<I = any, O = any> {
  start?(controller: TransformStreamDefaultController<O>): any;
  transform?(chunk: I, controller: TransformStreamDefaultController<O>): void | PromiseLike<void>;
  flush?(controller: TransformStreamDefaultController<O>): void | PromiseLike<void>;
  cancel?(reason?: unknown): void | PromiseLike<void>;
}
interface StreamPipeOptions {
  preventClose?: boolean;
  preventAbort?: boolean;
  preventCancel?: boolean;
  signal?: AbortSignal;
}
declare class ReadableStream<R = any> {
  constructor(source?: UnderlyingSource<R>, strategy?: QueuingStrategy<R>);
  static from<T>(iterable: Iterable<T> | AsyncIterable<T>): ReadableStream<T>;
  readonly locked: boolean;
  cancel(reason?: unknown): Promise<void>;
  getReader(): ReadableStreamDefaultReader<R>;
  pipeThrough<T>(transform: { readable: ReadableStream<T>; writable: WritableStream<R> }, options?: StreamPipeOptions): ReadableStream<T>;
  pipeTo(destination: WritableStream<R>, options?: StreamPipeOptions): Promise<void>;
  tee(): [ReadableStream<R>, ReadableStream<R>];
  values(options?: { preventCancel?: boolean }): AsyncIterableIterator<R>;
  [Symbol.asyncIterator](options?: { preventCancel?: boolean }): AsyncIterableIterator<R>;
}
declare class ReadableStreamDefaultReader<R = any> {
  constructor(stream: ReadableStream<R>);
  readonly closed: Promise<void>;
  read(): Promise<{ done: false; value: R } | { done: true; value: undefined }>;
  cancel(reason?: unknown): Promise<void>;
  releaseLock(): void;
}
declare class ReadableStreamDefaultController<R = any> {
  private constructor();
  readonly desiredSize: number | null;
  readonly byobRequest: null;
  enqueue(chunk: R): void;
  close(): void;
  error(reason?: unknown): void;
}
declare class WritableStream<W = any> {
  constructor(sink?: UnderlyingSink<W>, strategy?: QueuingStrategy<W>);
  readonly locked: boolean;
  getWriter(): WritableStreamDefaultWriter<W>;
  close(): Promise<void>;
  abort(reason?: unknown): Promise<void>;
}
declare class WritableStreamDefaultWriter<W = any> {
  constructor(stream: WritableStream<W>);
  readonly closed: Promise<void>;
  readonly ready: Promise<void>;
  readonly desiredSize: number | null;
  write(chunk: W): Promise<void>;
  close(): Promise<void>;
  abort(reason?: unknown): Promise<void>;
  releaseLock(): void;
}
declare class WritableStreamDefaultController {
  private constructor();
  readonly signal: AbortSignal;
  error(reason?: unknown): void;
}
declare class TransformStream<I = any, O = any> {
  constructor(transformer?: Transformer<I, O>, writing?: QueuingStrategy<I>, reading?: QueuingStrategy<O>);
  readonly readable: ReadableStream<O>;
  readonly writable: WritableStream<I>;
}
declare class TransformStreamDefaultController<O = any> {
  private constructor();
  readonly desiredSize: number | null;
  enqueue(chunk: O): void;
  error(reason?: unknown): void;
  terminate(): void;
}
declare class CountQueuingStrategy {
  constructor(options: { highWaterMark: number });
  readonly highWaterMark: number;
  readonly size: () => 1;
}
declare class ByteLengthQueuingStrategy {
  constructor(options: { highWaterMark: number });
  readonly highWaterMark: number;
  readonly size: (chunk: ArrayBufferView) => number;
}
declare class TextEncoderStream {
  readonly encoding: "utf-8";
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<string>;
}
declare class TextDecoderStream {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  readonly encoding: string;
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;
  readonly readable: ReadableStream<string>;
  readonly writable: WritableStream<ArrayBuffer | ArrayBufferView>;
}
/** What it packs comes when all is written. */
declare class CompressionStream {
  constructor(format: "gzip" | "deflate" | "deflate-raw");
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<ArrayBuffer | ArrayBufferView>;
}
declare class DecompressionStream {
  constructor(format: "gzip" | "deflate" | "deflate-raw");
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<ArrayBuffer | ArrayBufferView>;
}

declare class MessageEvent<T = any> extends Event {
  constructor(type: string, init?: { data?: T; origin?: string; lastEventId?: string; ports?: MessagePort[] });
  readonly data: T;
  readonly origin: string;
  readonly lastEventId: string;
  readonly source: unknown;
  readonly ports: readonly MessagePort[];
}
/** One end of a MessageChannel. */
declare class MessagePort extends EventTarget {
  private constructor();
  onmessage: ((event: MessageEvent) => void) | null;
  postMessage(value: unknown, transfer?: ArrayBuffer[] | { transfer?: ArrayBuffer[] }): void;
  start(): void;
  close(): void;
  ref(): this;
  unref(): this;
}
declare class MessageChannel {
  readonly port1: MessagePort;
  readonly port2: MessagePort;
}

type BufferEncoding = "utf8" | "utf-8" | "hex" | "base64" | "base64url" | "ascii" | "latin1" | "binary" | "ucs2" | "ucs-2" | "utf16le" | "utf-16le";
/** As in Node.js; further methods read and write numbers at an offset. */
declare class Buffer extends Uint8Array {
  static from(value: string, encoding?: BufferEncoding): Buffer;
  static from(value: ArrayBuffer, offset?: number, length?: number): Buffer;
  static from(value: ArrayLike<number> | Iterable<number> | { type: "Buffer"; data: number[] }): Buffer;
  static alloc(size: number, fill?: string | number | Uint8Array, encoding?: BufferEncoding): Buffer;
  static allocUnsafe(size: number): Buffer;
  static isBuffer(value: unknown): value is Buffer;
  static isEncoding(name: string): name is BufferEncoding;
  static byteLength(value: string | ArrayBuffer | ArrayBufferView, encoding?: BufferEncoding): number;
  static concat(list: readonly Uint8Array[], length?: number): Buffer;
  static compare(a: Uint8Array, b: Uint8Array): number;
  toString(encoding?: BufferEncoding, start?: number, end?: number): string;
  toJSON(): { type: "Buffer"; data: number[] };
  equals(other: Uint8Array): boolean;
  compare(other: Uint8Array): number;
  copy(target: Uint8Array, targetStart?: number, sourceStart?: number, sourceEnd?: number): number;
  write(text: string, offset?: number, length?: number, encoding?: BufferEncoding): number;
  [method: `${"read" | "write"}${string}`]: any;
}

/** As much of Node's process as a task has. env is empty: secrets are in context.secrets. */
declare const process: {
  readonly env: Record<string, string | undefined>;
  readonly version: string;
  readonly versions: { node: string };
  readonly platform: string;
  readonly argv: string[];
  cwd(): string;
  uptime(): number;
  nextTick<A extends unknown[]>(callback: (...args: A) => void, ...args: A): void;
  hrtime(before?: [number, number]): [number, number];
  emitWarning(warning: string | Error): void;
};
declare const global: typeof globalThis;

// Modules of Node.js that need nothing of a machine
declare module "node:assert";
declare module "node:assert/strict";
declare module "node:buffer";
declare module "node:crypto";
declare module "node:events";
declare module "node:os";
declare module "node:path";
declare module "node:perf_hooks";
declare module "node:process";
declare module "node:querystring";
declare module "node:string_decoder";
declare module "node:timers";
declare module "node:timers/promises";
declare module "node:url";
declare module "node:util";

declare function atob(data: string): string;
declare function btoa(data: string): string;
declare function structuredClone<T>(value: T, options?: { transfer?: ArrayBuffer[] }): T;

// Cryptography

type HashName = "SHA-1" | "SHA-256" | "SHA-384" | "SHA-512";
type HmacAlgorithm = { name: "HMAC"; hash: HashName | { name: HashName }; length?: number };
type KeyUse = "sign" | "verify" | "encrypt" | "decrypt" | "deriveKey" | "deriveBits" | "wrapKey" | "unwrapKey";
type Bytes = ArrayBuffer | ArrayBufferView;

declare class CryptoKey {
  private constructor();
  readonly type: "secret";
  readonly extractable: boolean;
  readonly algorithm: { name: "HMAC"; hash: { name: HashName }; length: number };
  readonly usages: KeyUse[];
}
/** Digests and HMAC. */
declare class SubtleCrypto {
  digest(algorithm: HashName | { name: HashName }, data: Bytes): Promise<ArrayBuffer>;
  importKey(format: "raw", key: Bytes, algorithm: HmacAlgorithm, extractable: boolean, uses: KeyUse[]): Promise<CryptoKey>;
  importKey(format: "jwk", key: { kty: "oct"; k: string }, algorithm: HmacAlgorithm, extractable: boolean, uses: KeyUse[]): Promise<CryptoKey>;
  generateKey(algorithm: HmacAlgorithm, extractable: boolean, uses: KeyUse[]): Promise<CryptoKey>;
  exportKey(format: "raw", key: CryptoKey): Promise<ArrayBuffer>;
  exportKey(format: "jwk", key: CryptoKey): Promise<{ kty: "oct"; k: string; alg: string; ext: boolean; key_ops: KeyUse[] }>;
  sign(algorithm: "HMAC" | { name: "HMAC" }, key: CryptoKey, data: Bytes): Promise<ArrayBuffer>;
  verify(algorithm: "HMAC" | { name: "HMAC" }, key: CryptoKey, signature: Bytes, data: Bytes): Promise<boolean>;
  importKey(format: "raw", key: Bytes, algorithm: "AES-GCM" | "PBKDF2" | "HKDF" | { name: "AES-GCM" | "PBKDF2" | "HKDF" }, extractable: boolean, uses: KeyUse[]): Promise<CryptoKey>;
  generateKey(algorithm: { name: "AES-GCM"; length: 128 | 192 | 256 }, extractable: boolean, uses: KeyUse[]): Promise<CryptoKey>;
  encrypt(algorithm: { name: "AES-GCM"; iv: Bytes; additionalData?: Bytes }, key: CryptoKey, data: Bytes): Promise<ArrayBuffer>;
  decrypt(algorithm: { name: "AES-GCM"; iv: Bytes; additionalData?: Bytes }, key: CryptoKey, data: Bytes): Promise<ArrayBuffer>;
  deriveBits(algorithm: DerivingAlgorithm, key: CryptoKey, length: number): Promise<ArrayBuffer>;
  deriveKey(algorithm: DerivingAlgorithm, key: CryptoKey, made: HmacAlgorithm | { name: "AES-GCM"; length: 128 | 192 | 256 }, extractable: boolean, uses: KeyUse[]): Promise<CryptoKey>;
}
type DerivingAlgorithm = { name: "PBKDF2"; hash: HashName; salt: Bytes; iterations: number } | { name: "HKDF"; hash: HashName; salt: Bytes; info: Bytes };
declare class Crypto {
  readonly subtle: SubtleCrypto;
  randomUUID(): string;
  getRandomValues<T extends ArrayBufferView>(array: T): T;
}
declare const crypto: Crypto;

// CommonJS: module.exports = a function is an entry form too.

declare const module: { exports: any };
declare const exports: any;
