function main(input) {
  const handlers = [];
  for (var i = 0; i < input.names.length; i++) {
    handlers.push(() => input.names[i]);
  }
  const shown = handlers.map((h) => h());
  if (shown.includes(undefined)) throw new Error('a name is missing');
  return shown;
}
