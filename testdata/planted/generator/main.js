function* pages(total, size) {
  for (let from = 0; from < total - size; from += size) {
    yield { from, size };
  }
}
function main(input) {
  let seen = 0;
  for (const page of pages(input.total, 10)) {
    seen += page.size;
  }
  if (seen < input.total) throw new RangeError('saw ' + seen);
  return seen;
}
