// Sends operations and reads their answers: JSON, or events of a subscription.

export const endpoint = '/graphql';

// kindOf is the kind of the first operation in a document.
export function kindOf(query) {
  const bare = query.replace(/#.*$/gm, '').replace(/"""[\s\S]*?"""|"(?:\\.|[^"\\])*"/g, '""');
  return /^\s*(query|mutation|subscription)\b/m.exec(bare)?.[1] ?? 'query';
}

function headersOf(extra, accept) {
  return { 'content-type': 'application/json', accept, ...extra };
}

// ask sends a query or mutation and returns the answer.
export async function ask(operation, headers = {}, signal = undefined) {
  const response = await fetch(endpoint, {
    method: 'POST', headers: headersOf(headers, 'application/json'), body: JSON.stringify(operation), signal,
  });
  const text = await response.text();
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new Error(`the server answered ${response.status}: ${text.slice(0, 300)}`);
  }
  return { status: response.status, size: text.length, answer };
}

// follow sends a subscription and calls show with each of its answers, until
// the stream ends or signal aborts it.
export async function follow(operation, headers, signal, show) {
  const response = await fetch(endpoint, {
    method: 'POST', headers: headersOf(headers, 'text/event-stream'), body: JSON.stringify(operation), signal,
  });
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
    show(await response.json());
    return;
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (waiting + value).split('\n\n');
    waiting = blocks.pop();
    for (const block of blocks) {
      const lines = block.split('\n');
      const name = lines.find((l) => l.startsWith('event: '))?.slice(7);
      const data = lines.filter((l) => l.startsWith('data: ')).map((l) => l.slice(6)).join('\n');
      if (name === 'complete') return;
      if (name === 'next' && data) show(JSON.parse(data));
    }
  }
}
