function main() {
  const out = [];
  const show = (u) => [u.href, u.origin, u.protocol, u.username, u.password, u.host, u.hostname, u.port, u.pathname, u.search, u.hash].join(' | ');
  const inputs = ['http://example.com', 'HTTP://EXAMPLE.com:80/', 'https://e.com:443/a/../b/./c', 'https://e.com:8443', 'http://u:p@h/', 'http://u@h', 'http://:p@h', 'http://@h', 'http://a:b:c@h', 'http://a@b@h/',
    'http://h/%7Efoo/a b?q r#f g', "http://h/?a='b'", 'foo://h/?a=\'b\'', 'http://h/\\a\\b', 'http:\\\\h\\x', 'http:///h', 'http:h', 'http://', 'http://:80', 'http://h:99999', 'http://h:1x', 'http://h:', 'http://h:0',
    'file:///C:/a/../..', 'file:///c|/x', 'file://host/p', 'file://localhost/p', 'file:a', 'file:/a', 'file:', 'file://C:/x', 'mailto:a@b.c?d#e', 'data:text/plain,hi there', 'javascript:alert(1)', 'blob:https://a.com/id', 'about:blank',
    'http://1.2.3', 'http://0x7f.1', 'http://256', 'http://1.2.3.4.5', 'http://1.2.3.256', 'http://0300.1', 'http://4294967295', 'http://4294967296', 'http://1.2.3.', 'http://a.1', 'http://0x', 'http://08', 'http://1e2.com',
    'http://[::1]/', 'http://[1:0:0:2:0:0:0:3]/', 'http://[::ffff:1.2.3.4]', 'http://[1::2::3]', 'http://[::1', 'http://[g::]', 'http://[1:2:3:4:5:6:7:8]', 'http://[0:0:0:0:0:0:0:0]', 'http://[1:2:3:4:5:6:7::]', 'http://[::1%25eth0]',
    'http://münchen.de', 'http://日本語.jp/ü?ü#ü', 'http://ＥＸ.com', 'http://a%41b.com', 'http://a%00b', 'http://a b', 'http://a<b', 'http://xn--mnchen-3ya.de', 'http://faß.de', 'http://h^x', 'http://-a-', 'http://a..b', 'http://%', 'http://a_b',
    'foo:bar', 'foo:/bar', 'foo://bar', 'foo://bar/../x', 'foo:/..//x', 'foo:///x', 'foo:', 'foo://', 'foo://a b/', 'foo://A/', 'foo://%41/', 'web+demo:/.//not-a-host/', 'a+b-c.d://x', '1a://x', '', '   ', '\thttp://h\n/a\tb', 'http://h/a%2e%2E/b', 'http://h/%2e/b', 'http://h/a/..', 'http://h/a/.', 'http://h/..a', 'http://h//a//', 'http://h?#', 'http://h/?#', 'http://h/#a#b?c', 'http://h/{}`"^|', 'http://h/?{}`"^|', 'http://h/#{}`"^|', 'http://h/\u{1F600}', 'ws://h:80', 'wss://h:443', 'ftp://h:21', 'ssh://h:22', 'http://user%3Aname:p%40@h', "http://a;b=c'd@h"];
  for (const input of inputs) {
    try { out.push(input + ' => ' + show(new URL(input))); } catch (e) { out.push(input + ' => ' + e.name + ' ' + e.message); }
  }
  const bases = ['http://a/b/c/d;p?q', 'file:///C:/d/e', 'mailto:x', 'foo://h/a/b', 'foo:/a'];
  const relatives = ['g', './g', 'g/', '/g', '//g', '?y', 'g?y', '#s', 'g#s', '', '.', './', '..', '../', '../g', '../..', '../../../g', 'g:h', 'http:g', 'http:/g', 'http://g', '\\x', '/C|/z', 'D:/z', 'g;x=1/../y', '   #x', '///h', '//', '/..', '/.//p'];
  for (const base of bases) for (const relative of relatives) {
    try { out.push(base + ' + ' + relative + ' => ' + show(new URL(relative, base))); } catch (e) { out.push(base + ' + ' + relative + ' => ' + e.name); }
  }
  const sets = [['protocol', ['https', 'ftp:', 'foo', 'file', '1x', 'wss:xx', '']], ['host', ['b', 'b:81', 'b:x', '', '[::1]:9', 'b/c', 'b?c', 'x y', 'b:99999', ':9']], ['hostname', ['b', 'b:81', '', '1.2', '[::2]', 'b#c']], ['port', ['81', '80', '443', '', 'x', '8x', '99999', ' 9', '-1', '0']],
    ['pathname', ['', '/x/../y', 'x y', '?#', '\\a']], ['search', ['', '?', 'a=b', '?a=ü#', "?'"]], ['hash', ['', '#', 'x y', '##', '`']], ['username', ['', 'ü:', 'a@b']], ['password', ['', 'p:@', 'x']], ['href', ['http://z/']]];
  for (const start of ['http://u:p@h:8/p?q#f', 'https://h/', 'file:///p', 'foo://h/p', 'mailto:a ', 'foo:/p']) for (const [part, values] of sets) for (const value of values) {
    const u = new URL(start);
    try { u[part] = value; out.push(`${start} ${part}=${value} => ${show(u)}`); } catch (e) { out.push(`${start} ${part}=${value} => ${e.name}`); }
  }
  return out;
}
if (typeof process !== 'undefined' && process.argv) console.log(JSON.stringify(main(), null, 1));
