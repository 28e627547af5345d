// Every pattern is tried on every input of its group, from the start and from
// the middle, and as a new RegExp; the result is one line of text per pattern.
const groups = [
  { inputs: ['<?xml version="1.0"?><a b="c">text</a>', '<!-- x --><![CDATA[ y ]]>&amp;<b/>', 'plain', ''],
    patterns: [
      [String.raw`<\?[\s\S]*?\?>|([^<]+)`, 'g'], [String.raw`<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\?[\s\S]*?\?>|<[^>]*>|([^<]+)`, 'g'],
      [String.raw`<(\/?)([\w:-]+)((?:\s+[\w:-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>`, 'g'], [String.raw`([\w:-]+)\s*=\s*("([^"]*)"|'([^']*)')`, 'g'],
      [String.raw`<(\w+)[^>]*>([^]*?)<\/\1>`, ''], [String.raw`&(?:#(\d+)|#x([0-9a-f]+)|(\w+));`, 'gi'], [String.raw`<[^>]+>|[^<]+`, 'g'],
      [String.raw`(?:<[^>]*>)+`, ''], [String.raw`[^<>]*`, 'g'], [String.raw`(?<tag><\w+)(?<rest>[^>]*)>`, ''], [String.raw`<a|<b|x`, 'g'], [String.raw`<a|([^<]+)`, ''],
      [String.raw`(?=<)`, 'g'], [String.raw`(?<=>)[^<]+`, 'g'], [String.raw`(?<!>)t`, 'g'], [String.raw`^[\s\S]*$`, ''], [String.raw`^[^]*$`, ''], [String.raw`[^]`, 'g'],
    ] },
  { inputs: ['ab', 'aab', 'aaaa', 'b', 'abab', 'aba', ''],
    patterns: [
      ['a*', 'g'], ['a*?', 'g'], ['a+', 'g'], ['a+?', 'g'], ['a??', 'g'], ['(a*)*', ''], ['(a*)+', ''], ['(a|ab)(c|bcd)?(d*)', ''], ['(?:(a)|b)*', ''], ['(?:(a)|(b))+', ''],
      ['(z)((a+)?(b+)?(c))*', ''], ['((a)|(ab))((c)|(bc))?', ''], ['(a?)*?b', ''], ['(a?)+b', ''], ['(?:a?)*?$', ''], ['(a*)(b|abc)', ''], ['(a*)\\1', ''], ['(a)\\1', ''],
      ['\\1(a)', ''], ['(?:a|b)\\B', 'g'], ['a{2}', 'g'], ['a{2,}', 'g'], ['a{0,2}', 'g'], ['a{1,2}?', 'g'], ['a{,2}', 'g'], ['a{', ''], ['(?=(a))ab', ''], ['(?=(a+))a*b\\1', ''],
      ['(?!a)b', 'g'], ['(.*?)a(?!(a+)b\\2c)\\2(.*)', ''], ['(?:)', 'g'], ['|a', 'g'], ['a|', 'g'], ['(|a)+', ''], ['(a|)+', ''], ['(?:a|aa)+$', ''], ['^(?:a+)+$', ''], ['(?<=a)b', 'g'],
      ['(?<=(a))b', 'g'], ['(?<!a)b', 'g'], ['(?<=^|b)a', 'g'], ['(?<x>a)(?<y>b)?', ''], ['(?<x>a)(?<y>b)?', 'u'], ['(a*)?b?', ''], ['(?:a*?)+b', ''], ['(a*?)?$', ''], ['((a)|b){2}', ''], ['(?:(a)|b){1,3}?$', ''], ['(a??)+b', 'i'], ['(?<x>a)\\k<x>', ''], ['\\ba', 'g'], ['a\\b', 'g'], ['^a', 'gm'], ['b$', 'gm'], ['.', 'y'], ['a', 'y'], ['b', 'gy'], ['^', 'g'], ['$', 'g'],
      ['(?:(a)|b)+?$', ''], ['((a)b)*', ''], ['(?:(a)b|(a))*', ''], ['(a(b)?)+', ''], ['(?:(b)?a)+', ''], ['(?:a(?=(b)?))*', ''], ['((b)|a)*', 'g'], ['(?:(?:(b)|a))+', ''], ['(?:(a){0,1}b?)*', ''], ['(?:(a)?(b)?){2}', ''],
    ] },
  { inputs: ['one\ntwo\r\nthree\u2028four', 'a\tb c\u00a0d\ufeffe', 'x_1-2.3', '  trim  ', ''],
    patterns: [
      ['^\\w+$', 'gm'], ['$', 'gm'], ['^', 'gm'], ['.+', 'g'], ['.+', 'gs'], ['\\s+', 'g'], ['\\S+', 'g'], ['[\\s]+', 'g'], ['[^\\s]+', 'g'], ['[\\S]+', 'g'], ['\\r?\\n', 'g'], ['^.*$', 'gm'], ['^\\s+|\\s+$', 'g'],
      ['\\d', 'g'], ['\\D+', 'g'], ['\\W', 'g'], ['[\\W]', 'g'], ['[^\\W]', 'g'], ['[\\w-]+', 'g'], ['[\\w-.]+', 'g'], ['[a-\\d]', 'g'], ['[\\d-x]+', 'g'], ['[-a]', 'g'], ['[a-]', 'g'], ['\\b', 'g'], ['\\B', 'g'],
      ['[^]+', 'g'], ['[]', ''], ['[\\b]', ''], ['\\v|\\f|\\t', 'g'], ['\\cJ', 'g'], ['\\x61', 'g'], ['\\u0061', 'g'], ['\\0', ''], ['[\\0-\\x1f]', 'g'], ['\\/', ''], ['[/\\]]', ''], ['\\-', ''], ['\\e', 'g'], ['\\_', 'g'],
      ['o$', 'm'], ['^\\w', 'm'], ['^f', 'm'], ['(?<x>\\w+)\\u2028', 'u'], ['A$|O$', 'im'], ['(?:^|\\n)t', 'g'], ['e\\s*$', 'gm'], ['\\n', 'g'],
    ] },
  { inputs: ['Straße ſ K k S s', 'ÀÉîõü àÉ', 'ΣΊΣΥΦΟΣ σς', 'İıIi', 'Ǆǅǆ'],
    patterns: [
      ['s', 'gi'], ['s', 'giu'], ['k', 'gi'], ['k', 'giu'], ['ß', 'gi'], ['à', 'gi'], ['À', 'giu'], ['[à-ü]+', 'gi'], ['[À-Ü]+', 'giu'], ['σ', 'gi'], ['ς', 'giu'], ['i', 'gi'], ['ı', 'gi'], ['İ', 'gi'], ['\\w+', 'g'], ['\\w+', 'gi'], ['\\w', 'giu'],
      ['[a-z]+', 'gi'], ['[a-z]', 'giu'], ['[^a-z]', 'gi'], ['ǆ', 'gi'], ['\\bS', 'gi'], ['(s)\\1', 'i'], ['[k]', 'gi'], ['\u212a', 'gi'], ['[\u212a]', 'giu'], ['ſ', 'gi'],
    ] },
  { inputs: ['😀a😀', 'a😀b', '\ud83dx', 'é', '𝒳𝒴'],
    patterns: [
      ['.', 'g'], ['.', 'gu'], ['^.$', ''], ['^.$', 'u'], ['😀', 'g'], ['😀', 'gu'], ['[😀]', 'gu'], ['😀+', 'g'], ['😀+', 'gu'], ['\\u{1f600}', 'gu'], ['\\ud83d\\ude00', 'g'], ['\\ud83d', 'g'], ['\\ud83d', 'gu'], ['[^a]', 'g'], ['[^a]', 'gu'],
      ['\\u{61}', 'g'], ['[\\u{1f600}-\\u{1f64f}]', 'gu'], ['[𝒳-𝒴]', 'gu'], ['\\p{L}', 'gu'], ['\\P{L}', 'gu'], ['[\\p{L}a]', 'gu'], ['[^\\p{L}]', 'gu'], ['\\p{Lu}', 'giu'], ['(?<=😀)a', 'u'], ['a(?=😀)', 'u'], ['\\S', 'gu'], ['[\\s\\S]', 'gu'], ['(?:)', 'gu'], ['(.)(.)?', 'u'], ['\\u{10FFFF}', 'u'], ['\\p{ASCII}+', 'gu'], ['x', 'y'], ['a', 'gu'],
    ] },
  { inputs: ['2024-02-29T12:30:00.5Z', 'a@b.example, "q, r",,x', 'https://user:p%20w@host.example:8080/a/b?x=1&y=2#frag', '127.0.0.1 and 1,234,567.89 or -1.5e10', 'fooBarBaz foo_bar FOO-bar', '{"a":[1,2,{"b":null}]}', 'key = "va\\"lue" # c', 'aaaaaaaaaaaaaaaaaaaaaaab'],
    patterns: [
      [String.raw`^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?(Z|[+-]\d{2}:?\d{2})?)?$`, ''], [String.raw`(?<y>\d+)-(?<m>\d+)-(?<d>\d+)`, ''], [String.raw`[^\s@]+@[^\s@]+\.[^\s@,]+`, 'g'],
      [String.raw`("([^"]|"")*"|[^,]*)(,|$)`, 'g'], [String.raw`(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))`, 'g'], [String.raw`^(?:([^:\/?#]+):)?(?:\/\/([^\/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?`, ''],
      [String.raw`[?&]([^=&#]+)=([^&#]*)`, 'g'], [String.raw`\b(?:\d{1,3}\.){3}\d{1,3}\b`, 'g'], [String.raw`\B(?=(\d{3})+(?!\d))`, 'g'], [String.raw`-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?`, 'g'], [String.raw`([a-z])([A-Z])`, 'g'],
      [String.raw`[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+`, 'g'], [String.raw`(?:^|[-_ ]|(?=[A-Z]))(\w)`, 'g'], [String.raw`"(?:[^"\\]|\\.)*"`, 'g'], [String.raw`"((?:\\.|[^"\\])*)"`, 'g'], [String.raw`(["'])(?:(?=(\\?))\2.)*?\1`, 'g'],
      [String.raw`[\[\]{}]`, 'g'], [String.raw`\s*([{}\[\],:])\s*|"(?:[^"\\]|\\.)*"|true|false|null|-?\d+`, 'g'], [String.raw`^\s*([\w.]+)\s*=\s*(.*?)\s*(?:#.*)?$`, ''], [String.raw`(a+)+b`, ''], [String.raw`(?:a|a)*b`, ''], [String.raw`%([0-9A-F]{2})`, 'gi'],
      [String.raw`(\w+)\s(\w+)`, 'g'], [String.raw`foo|fooBar|bar`, 'g'], [String.raw`fooBar|foo|bar`, 'gi'], [String.raw`(?:foo|bar)+`, 'gi'], [String.raw`(foo)?(Bar)?(Baz)?`, ''], [String.raw`https?|a`, 'g'], [String.raw`^https?:\/\/`, 'i'],
      [String.raw`(?:x=(\d))|(?:y=(\d))`, 'g'], [String.raw`[^&?]*?=[^&?]*`, 'g'], [String.raw`.*?,`, 'g'], [String.raw`.*,`, ''], [String.raw`(?<!\d)\d{2}(?!\d)`, 'g'], [String.raw`^(?!.*foo).*$`, ''], [String.raw`(?=.*\d)(?=.*[a-z]).{8,}`, ''], [String.raw`\d+(?=Z)`, 'g'],
      [String.raw`[a-f0-9]{8}-?`, 'gi'], [String.raw`\$\{(\w+)\}`, 'g'], [String.raw`a{1,1001}`, ''], [String.raw`(?:ab?c?){2,3}`, 'g'], [String.raw`\/+$`, ''], [String.raw`^\/+|\/+$`, 'g'], [String.raw`([^/]+)$`, ''], [String.raw`\.[^.]+$`, ''], [String.raw`[,;\s]+`, 'g'],
    ] },
];

const show = (m) => m && [m.index, ...Array.from(m, (x) => x === undefined ? '∅' : x), ...(m.groups ? [JSON.stringify(m.groups)] : [])];
const attempt = (f) => { try { return f(); } catch (e) { return e.name; } };

function main() {
  const out = [];
  for (const { inputs, patterns } of groups) {
    for (const [source, flags] of patterns) {
      out.push(JSON.stringify([source, flags, inputs.map((s) => attempt(() => {
        const re = new RegExp(source, flags);
        if (String(re) !== `/${re.source}/${flags}`) throw new Error('source');
        const g = new RegExp(source, flags.includes('g') ? flags : flags + 'g');
        const from = new RegExp(source, flags.includes('g') ? flags : flags + 'g');
        from.lastIndex = /[\ud800-\udbff]/.test(s[0] ?? '') && flags.includes('u') ? 2 : 1; // never inside a pair, where engines differ
        const results = [show(re.exec(s)), re.lastIndex, show(from.exec(s)), from.lastIndex, [...s.matchAll(g)].map(show), s.search(re)];
        return [...results, s.replace(g, (m, ...rest) => `[${m}|${rest.filter((x) => typeof x !== 'object').join()}]`), s.replace(g, "<$&$1$'>"), s.split(re)];
      }))]));
    }
  }
  return out;
}
if (typeof process !== 'undefined' && process.argv) console.log(JSON.stringify(main(), null, 1));
