function main() {
  const bytes = (...b) => new Uint8Array(b);
  const tr = (f) => { try { return f(); } catch (e) { return [e.name, e.code]; } };
  const dec = (label, b, o) => tr(() => new TextDecoder(label, o).decode(b));
  const out = {};
  out.names = ['latin1', 'ISO-8859-1', 'ascii', 'utf-16', 'UTF-16LE', 'utf-16be', 'windows-1252', 'cp1251', 'sjis', 'shift_jis', 'gbk', 'gb18030', 'big5', 'euc-jp', 'euc-kr', 'koi8-r', 'iso-8859-2', 'utf8', ' UTF-8\n', 'unicode-1-1-utf-8', 'nope', ''].map((l) => tr(() => new TextDecoder(l).encoding));
  out.latin = [dec('latin1', bytes(0xe9, 0x41)), dec('windows-1252', bytes(0xe9)), dec('iso-8859-2', bytes(0xb1)), dec('cp1251', bytes(0xcf, 0xf0)), dec('koi8-r', bytes(0xf0))];
  out.utf16 = [dec('utf-16le', bytes(0x61, 0, 0xac, 0x20)), dec('utf-16be', bytes(0, 0x61)), dec('utf-16le', bytes(0xff, 0xfe, 0x61, 0)), dec('utf-16le', bytes(0x3d, 0xd8, 0, 0xde))];
  out.asia = [dec('shift_jis', bytes(0x82, 0xa0, 0x83, 0x41)), dec('euc-jp', bytes(0xa4, 0xa2)), dec('gbk', bytes(0xc4, 0xe3)), dec('big5', bytes(0xa7, 0x41)), dec('euc-kr', bytes(0xb0, 0xa1)), dec('gb18030', bytes(0x81, 0x30, 0x81, 0x30))];
  out.fatal = [dec('shift_jis', bytes(0x82), { fatal: true }), dec('utf-16le', bytes(0x61), { fatal: true }), dec('utf-8', bytes(0xff), { fatal: true })];
  out.stream = (() => {
    const d = new TextDecoder('shift_jis'), u = new TextDecoder('utf-16le');
    return [d.decode(bytes(0x82), { stream: true }), d.decode(bytes(0xa0, 0x83), { stream: true }), d.decode(bytes(0x41)), u.decode(bytes(0x3d), { stream: true }), u.decode(bytes(0xd8, 0), { stream: true }), u.decode(bytes(0xde))];
  })();
  return out;
}
