// What the adapter asks of JavaScript. A crossing between wasm and JavaScript costs more than most
// of the work on an update check, so every function here does all that it can in one.

// Headers cross as one string, "name\nvalue\nname\nvalue": neither may hold a line break. An object
// of them is twice as fast as a list of pairs, but holds every name once.
function headersOf(text) {
  if (text === "") return undefined;
  const lines = text.split("\n");
  const headers = {};
  for (let i = 0; i < lines.length; i += 2) {
    if (lines[i] in headers) return pairs(lines);
    headers[lines[i]] = lines[i + 1];
  }
  return headers;
}

function pairs(lines) {
  const list = [];
  for (let i = 0; i < lines.length; i += 2) list.push([lines[i], lines[i + 1]]);
  return list;
}

// workerd keeps the array that it is given instead of copying it, and `bytes` is a view of wasm
// memory, which is overwritten soon.
function copy(bytes) {
  return bytes.slice();
}

// What nearly every request is asked, in one crossing; header values hold no line break.
export function describe(request) {
  const { headers } = request;
  const known = headers.get("if-none-match") ?? "";
  return `${request.method} ${request.url}\n${headers.get("x-request-id") ?? ""}\n${known}`;
}

export function respondBytes(status, headers, bytes) {
  return new Response(copy(bytes), { status, headers: headersOf(headers) });
}

// An answer that is given again and again: its headers are read once, and nobody writes to its bytes.
export function prepare(status, headers, bytes) {
  return { status, headers: headersOf(headers) ?? {}, body: copy(bytes) };
}

export function respondAgain({ status, headers, body }, id) {
  const all = Array.isArray(headers)
    ? [...headers, ["x-request-id", id]]
    : { ...headers, "x-request-id": id };
  return new Response(body, { status, headers: all });
}

export function respondStream(status, headers, stream) {
  return new Response(stream, { status, headers: headersOf(headers) });
}

export function send(url, method, headers, bytes, signal) {
  return fetch(url, {
    method,
    headers: headersOf(headers),
    body: bytes.length ? copy(bytes) : undefined,
    redirect: "manual",
    cache: "no-store",
    signal,
  });
}

export function variable(env, name) {
  const value = env[name];
  // A variable may be configured as JSON; its text is what a function reads.
  return value === undefined || typeof value === "string" ? value : JSON.stringify(value);
}

export function panicked(line) {
  console.error(line);
  // The entry then starts over with fresh memory at the next request.
  if (globalThis.__worker_init_state) globalThis.__worker_init_state.criticalError = true;
}

export class Timer {
  constructor(milliseconds) {
    this.promise = new Promise((resolve) => {
      this.id = setTimeout(resolve, milliseconds);
    });
  }

  clear() {
    clearTimeout(this.id);
  }
}

// Reads a native stream. One buffer is used over and over: a piece is valid until the next read.
export class Source {
  constructor(stream) {
    try {
      this.reader = stream.getReader({ mode: "byob" });
      this.buffer = new ArrayBuffer(65536);
    } catch {
      this.reader = stream.getReader();
    }
  }

  async read() {
    if (!this.buffer) return (await this.reader.read()).value;
    const { value, done } = await this.reader.read(new Uint8Array(this.buffer));
    if (value) this.buffer = value.buffer;
    return done ? undefined : value;
  }

  // A piece that stays as it is. Larger ones cost less each.
  async take() {
    if (!this.buffer) return (await this.reader.read()).value;
    const { value, done } = await this.reader.readAtLeast(65536, new Uint8Array(262144));
    return done || !value.byteLength ? undefined : value;
  }

  cancel() {
    this.reader.cancel().catch(() => {});
  }
}

export function cancel(stream) {
  stream.cancel().catch(() => {});
}

const pipe = (length) =>
  length === undefined ? new IdentityTransformStream() : new FixedLengthStream(length);

// Passes pieces on to two readers and to a digest. The second may be `ahead` bytes behind the first,
// and may go away.
export class Relay {
  constructor(length, ahead) {
    const [client, stored] = [pipe(length), pipe(length)];
    this.client = client.readable;
    this.stored = stored.readable;
    this.ahead = ahead;
    this.behind = 0;
    this.hash = new crypto.DigestStream("SHA-256");
    this.writers = [client.writable, stored.writable, this.hash].map((end) => end.getWriter());
    for (const writer of this.writers) writer.closed.catch(() => {});
    this.hash.digest.catch(() => {});
  }

  async pass(piece) {
    const [client, stored, hash] = this.writers;
    this.behind += piece.byteLength;
    const caughtUp = stored.write(piece).then(
      () => (this.behind -= piece.byteLength),
      () => (this.behind = -Infinity),
    );
    await Promise.all([client.write(piece), hash.write(piece)]);
    if (this.behind > this.ahead) await caughtUp;
  }

  passBytes(bytes) {
    return this.pass(copy(bytes));
  }

  async digest() {
    await this.writers[2].close();
    return new Uint8Array(await this.hash.digest);
  }

  async close() {
    const [client, stored] = this.writers;
    const [closed] = await Promise.allSettled([client.close(), stored.close()]);
    if (closed.reason) throw closed.reason;
  }

  abort() {
    for (const writer of this.writers) writer.abort(new Error("the body broke off")).catch(() => {});
  }
}

// Makes a native stream. One of known length fails unless exactly that many bytes are written.
export class Sink {
  constructor(length) {
    const { readable, writable } = pipe(length);
    this.readable = readable;
    this.writable = writable;
  }

  // The other end may go away between two writes; the next call then says so.
  writer() {
    if (!this.held) {
      this.held = this.writable.getWriter();
      this.held.closed.catch(() => {});
    }
    return this.held;
  }

  write(bytes) {
    return this.writer().write(copy(bytes));
  }

  pipe(stream) {
    this.held?.releaseLock();
    this.held = undefined;
    return stream.pipeTo(this.writable, { preventClose: true });
  }

  close() {
    return this.writer().close();
  }

  abort() {
    this.writer().abort(new Error("the body broke off")).catch(() => {});
  }
}

function hex(buffer) {
  if (!buffer) return undefined;
  let text = "";
  for (const byte of new Uint8Array(buffer)) text += byte.toString(16).padStart(2, "0");
  return text;
}

function factsOf(object) {
  const custom = object.customMetadata ?? {};
  return {
    key: object.key,
    size: object.size,
    etag: object.etag,
    modified: object.uploaded.getTime(),
    sha256: hex(object.checksums?.sha256) ?? custom.sha256,
    content_type: object.httpMetadata?.contentType,
    cache_control: object.httpMetadata?.cacheControl,
    expires: custom.expires,
  };
}

export function facts(object) {
  return JSON.stringify(factsOf(object));
}

export function body(object) {
  return object.body ?? undefined;
}

export function objectHead(bucket, key) {
  return bucket.head(key);
}

export function objectGet(bucket, key, options) {
  return bucket.get(key, JSON.parse(options));
}

export function objectPutBytes(bucket, key, bytes, options) {
  return bucket.put(key, copy(bytes), JSON.parse(options));
}

export function objectPutStream(bucket, key, stream, options) {
  return bucket.put(key, stream, JSON.parse(options));
}

export function objectDelete(bucket, key) {
  return bucket.delete(key);
}

export async function objectList(bucket, options) {
  const page = await bucket.list({
    ...JSON.parse(options),
    include: ["httpMetadata", "customMetadata"],
  });
  return JSON.stringify({
    objects: page.objects.map(factsOf),
    cursor: page.truncated ? page.cursor : undefined,
  });
}

// Workers' Cache API takes responses under URLs. No server has this host name.
const nearby = (key) => `https://nearby.invalid/${key}`;

export async function nearbyGet(key) {
  return (await caches.default.match(nearby(key))) ?? undefined;
}

export function nearbyPut(key, facts, seconds, stream) {
  const headers = { "cache-control": `max-age=${seconds}`, "x-facts": facts };
  return caches.default.put(nearby(key), new Response(stream, { headers }));
}

// A write in parts, for a body whose length nobody knows.
export class Upload {
  static async begin(bucket, key, options) {
    const upload = new Upload();
    upload.multipart = await bucket.createMultipartUpload(key, JSON.parse(options));
    upload.parts = [];
    return upload;
  }

  async part(bytes) {
    const number = this.parts.length + 1;
    this.parts.push(await this.multipart.uploadPart(number, copy(bytes)));
  }

  complete() {
    return this.multipart.complete(this.parts);
  }

  abort() {
    return this.multipart.abort();
  }
}
