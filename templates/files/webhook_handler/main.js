// Handles one webhook: verify the signature, check the content, confirm, and
// return the answer for the sender. The signature covers the raw body, so pass
// the body as the text that arrived.

const WEBHOOK_TYPE = {{webhook_type}}; // generic, github or stripe
const SIGNATURE_SECRET = {{signature_secret}}; // name of the secret, not its value
const CONFIRMATION_ENDPOINT = {{confirmation_endpoint}};
const CONFIRMATION_METHOD = {{method}};
const TOLERANCE_SECONDS = 300; // age of a stripe signature

async function main(input, context) {
  const headers = Object.fromEntries(Object.entries(input.webhook_data.headers || {}).map(([name, value]) => [name.toLowerCase(), value]));
  const raw = typeof input.webhook_data.body === 'string' ? input.webhook_data.body : JSON.stringify(input.webhook_data.body);
  const secret = await context.secrets.get(SIGNATURE_SECRET);

  const problem = await signatureProblem(headers, raw, secret);
  if (problem) {
    context.log.warn('webhook refused', { problem });
    return answer(input.response_format, 401, { accepted: false, verified: false, event: null, errors: [problem] });
  }
  const body = parse(raw);
  const event = eventName(headers, body);
  const errors = ruleErrors(body, event, input.validation_rules || {});
  if (errors.length > 0) {
    return answer(input.response_format, 422, { accepted: false, verified: true, event, errors });
  }
  const confirmed = await confirm(event, body);
  return answer(input.response_format, 200, { accepted: true, verified: true, event, errors: [], confirmed });
}

async function signatureProblem(headers, raw, secret) {
  switch (WEBHOOK_TYPE) {
    case 'github': {
      const match = /^sha256=([0-9a-f]{64})$/i.exec(headers['x-hub-signature-256'] || '');
      if (!match) return 'header x-hub-signature-256 is missing or malformed';
      return (await verify(secret, raw, match[1])) ? null : 'signature does not match';
    }
    case 'stripe': {
      const parts = (headers['stripe-signature'] || '').split(',').map((part) => part.trim().split('='));
      const time = parts.find(([key]) => key === 't')?.[1];
      const signatures = parts.filter(([key]) => key === 'v1').map(([, value]) => value);
      if (!time || signatures.length === 0) return 'header stripe-signature is missing or malformed';
      if (!(Math.abs(Date.now() / 1000 - Number(time)) <= TOLERANCE_SECONDS)) return 'signature is too old';
      for (const signature of signatures) {
        if (await verify(secret, `${time}.${raw}`, signature)) return null;
      }
      return 'signature does not match';
    }
    default: {
      const signature = (headers['x-signature'] || '').replace(/^sha256=/i, '');
      if (!signature) return 'header x-signature is missing';
      return (await verify(secret, raw, signature)) ? null : 'signature does not match';
    }
  }
}

// verify compares in constant time, inside crypto.subtle.
async function verify(secret, text, hex) {
  if (!/^([0-9a-f]{2})+$/i.test(hex)) return false;
  const encoder = new TextEncoder();
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
  const signature = Uint8Array.from(hex.match(/../g), (byte) => parseInt(byte, 16));
  return crypto.subtle.verify('HMAC', key, signature, encoder.encode(text));
}

function parse(raw) {
  try {
    return JSON.parse(raw);
  } catch {
    return Object.fromEntries(new URLSearchParams(raw));
  }
}

function eventName(headers, body) {
  if (WEBHOOK_TYPE === 'github') return headers['x-github-event'] || null;
  return body?.type || body?.event || headers['x-event'] || null;
}

function ruleErrors(body, event, rules) {
  const errors = [];
  for (const path of rules.required_fields || []) {
    const value = path.split('.').reduce((at, key) => (at === null || at === undefined ? undefined : at[key]), body);
    if (value === undefined || value === null) errors.push(`field ${path} is missing`);
  }
  if (rules.allowed_events && !rules.allowed_events.includes(event)) errors.push(`event ${event} is not handled`);
  return errors;
}

async function confirm(event, body) {
  if (!CONFIRMATION_ENDPOINT) return null;
  const response = await fetch(CONFIRMATION_ENDPOINT, { method: CONFIRMATION_METHOD, body: { event, id: body?.id ?? null, accepted: true } });
  return response.ok;
}

function answer(format, status, result) {
  const response = format === 'text' ? { status, body: result.accepted ? 'ok' : result.errors.join('; ') } : { status, body: { ok: result.accepted, errors: result.errors } };
  return { ...result, response };
}
