// Writes properties.txt: the characters of each Unicode property that regular
// expressions name, as Node.js knows them. Run it as: node generate.mjs > properties.txt
const last = 0x10FFFF;

function ranges(property) {
  const one = new RegExp(`^\\p{${property}}$`, 'u');
  const out = [];
  let from = -1;
  for (let c = 0; c <= last + 1; c++) {
    const is = c <= last && one.test(String.fromCodePoint(c));
    if (is && from < 0) from = c;
    if (!is && from >= 0) { out.push([from, c - 1]); from = -1; }
  }
  return out;
}

// text writes ranges as pairs of differences in base 36: from the end of the
// last one to its start, and its length less one, which is left out when 0.
function text(list) {
  let at = 0;
  const out = [];
  for (const [from, to] of list) {
    out.push((from - at).toString(36) + (to > from ? '.' + (to - from).toString(36) : ''));
    at = to;
  }
  return out.join(',');
}

const valid = (p) => { try { new RegExp(`\\p{${p}}`, 'u'); return true; } catch { return false; } };

const binary = `ASCII_Hex_Digit AHex|Alphabetic Alpha|Bidi_Control Bidi_C|Bidi_Mirrored Bidi_M|Case_Ignorable CI|Cased|Changes_When_Casefolded CWCF|Changes_When_Casemapped CWCM|Changes_When_Lowercased CWL|Changes_When_NFKC_Casefolded CWKCF|Changes_When_Titlecased CWT|Changes_When_Uppercased CWU|Dash|Default_Ignorable_Code_Point DI|Deprecated Dep|Diacritic Dia|Emoji|Emoji_Component EComp|Emoji_Modifier EMod|Emoji_Modifier_Base EBase|Emoji_Presentation EPres|Extended_Pictographic ExtPict|Extender Ext|Grapheme_Base Gr_Base|Grapheme_Extend Gr_Ext|Hex_Digit Hex|IDS_Binary_Operator IDSB|IDS_Trinary_Operator IDST|ID_Continue IDC|ID_Start IDS|Ideographic Ideo|Join_Control Join_C|Logical_Order_Exception LOE|Lowercase Lower|Math|Noncharacter_Code_Point NChar|Pattern_Syntax Pat_Syn|Pattern_White_Space Pat_WS|Quotation_Mark QMark|Radical|Regional_Indicator RI|Sentence_Terminal STerm|Soft_Dotted SD|Terminal_Punctuation Term|Unified_Ideograph UIdeo|Uppercase Upper|Variation_Selector VS|White_Space space|XID_Continue XIDC|XID_Start XIDS|ASCII|Any|Assigned`.split('|').map((l) => l.split(' '));
const categories = `LC Cased_Letter|Pe Close_Punctuation|Pc Connector_Punctuation|Cc Control cntrl|Sc Currency_Symbol|Pd Dash_Punctuation|Nd Decimal_Number digit|Me Enclosing_Mark|Pf Final_Punctuation|Cf Format|Pi Initial_Punctuation|L Letter|Nl Letter_Number|Zl Line_Separator|Ll Lowercase_Letter|M Mark Combining_Mark|Sm Math_Symbol|Lm Modifier_Letter|Sk Modifier_Symbol|Mn Nonspacing_Mark|N Number|Ps Open_Punctuation|C Other|Lo Other_Letter|No Other_Number|Po Other_Punctuation|So Other_Symbol|Zp Paragraph_Separator|Co Private_Use|P Punctuation punct|Z Separator|Zs Space_Separator|Mc Spacing_Mark|Cs Surrogate|S Symbol|Lt Titlecase_Letter|Cn Unassigned|Lu Uppercase_Letter`.split('|').map((l) => l.split(' '));
const scripts = process.argv.slice(2); // long names

for (const names of binary) console.log(`b ${names.join(' ')}:${text(ranges(names[0]))}`);
for (const names of categories) console.log(`g ${names.join(' ')}:${text(ranges(`gc=${names[0]}`))}`);

const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', lower = upper.toLowerCase();
const byText = new Map();
const short = [];
for (const a of upper) for (const b of lower) for (const c of lower) for (const d of lower) if (valid(`sc=${a}${b}${c}${d}`)) short.push(a + b + c + d);
for (const name of scripts) if (valid(`sc=${name}`)) { const t = text(ranges(`sc=${name}`)); byText.set(t, [name]); }
for (const name of short) {
  const t = text(ranges(`sc=${name}`));
  const names = byText.get(t) ?? byText.set(t, []).get(t);
  if (!names.includes(name)) names.push(name);
}
for (const [t, names] of byText) {
  console.log(`s ${names.join(' ')}:${t}`);
  const x = text(ranges(`scx=${names[0]}`));
  if (x !== t) console.log(`x ${names.join(' ')}:${x}`);
}
