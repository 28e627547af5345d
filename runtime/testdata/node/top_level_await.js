const conf = await new Promise((r) => setTimeout(() => r({ n: 2 }), 1));
const { n } = conf;
export const other = [n];
function helper() { return n * 2; }
export default async () => [n, other, helper(), typeof this, (function () { return this === undefined; })()];
