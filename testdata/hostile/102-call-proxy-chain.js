// want: limit memory | limit stack | timeout | script
// a proxy of a proxy, a million times
export default () => { let p = {}; for (let i = 0; i < 1e6; i++) p = new Proxy(p, {}); return typeof p.a; };
