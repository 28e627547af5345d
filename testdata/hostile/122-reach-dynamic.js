// want: refused
// a module named at run time
export default async (input) => (await import(input.name ?? 'node:os')).hostname();
