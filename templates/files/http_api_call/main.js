// Calls an HTTP API and returns what it answered. A status such as 404 is a
// result (ok: false), not an error; an unreachable host is an error.

const API_ENDPOINT = {{api_endpoint}};
const AUTH_TYPE = {{auth_type}}; // none, bearer, api_key or basic
const AUTH_SECRET = {{auth_secret}}; // name of the secret, not its value
const DEFAULT_HEADERS = {{default_headers}};
const DEFAULT_METHOD = {{method}};
const TIMEOUT_SECONDS = {{timeout}};
const RETRIES = {{retries}};

async function main(input, context) {
  const url = resolveURL(input.url);
  const method = (input.method || DEFAULT_METHOD).toUpperCase();
  const headers = { ...DEFAULT_HEADERS, ...(await authHeaders(context)), ...(input.headers || {}) };
  const params = { method, headers, timeout: TIMEOUT_SECONDS * 1000 };
  if (input.body !== undefined && method !== 'GET' && method !== 'HEAD') {
    params.body = input.body;
  }

  let lastError = null;
  for (let attempt = 1; attempt <= RETRIES + 1; attempt++) {
    let response = null;
    try {
      response = await fetch(url, params);
    } catch (error) {
      if (!error.retryable && error.name !== 'NetworkError' && error.name !== 'TimeoutError') throw error;
      lastError = error;
    }
    if (response && (!worthRetrying(response.status) || attempt > RETRIES)) {
      return result(response, attempt);
    }
    if (attempt <= RETRIES) {
      const wait = delay(attempt, response);
      context.log.warn(`try ${attempt} of ${RETRIES + 1} failed, next in ${wait} ms`);
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
  throw lastError;
}

function resolveURL(url) {
  if (!url && !API_ENDPOINT) throw new ValidationError('input.url is missing and no api_endpoint is set');
  if (!API_ENDPOINT) return new URL(url).href;
  const base = API_ENDPOINT.endsWith('/') ? API_ENDPOINT : API_ENDPOINT + '/';
  return new URL(/^https?:/i.test(url || '') ? url : (url || '').replace(/^\/+/, ''), base).href;
}

async function authHeaders(context) {
  if (AUTH_TYPE === 'none') return {};
  // The server puts the secret in on the way out: its value never gets here.
  const secret = context.secrets.ref(AUTH_SECRET);
  switch (AUTH_TYPE) {
    case 'bearer':
      return { authorization: `Bearer ${secret}` };
    case 'api_key':
      return { 'x-api-key': secret };
    default:
      return { authorization: `Basic ${btoa(secret)}` };
  }
}

function worthRetrying(status) {
  return status === 429 || status >= 500;
}

// delay doubles from half a second up to 20 s, unless the server says when.
function delay(attempt, response) {
  const after = response ? Number(response.headers.get('retry-after')) : 0;
  if (after > 0) return Math.min(after * 1000, 20000);
  return Math.min(500 * 2 ** (attempt - 1), 20000);
}

async function result(response, attempts) {
  const headers = {};
  response.headers.forEach((value, name) => {
    headers[name] = value;
  });
  const text = await response.text();
  let body = text;
  if (/json/i.test(headers['content-type'] || '') && text !== '') body = JSON.parse(text);
  return { ok: response.ok, status: response.status, headers, body, attempts };
}
