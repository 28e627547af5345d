// Package weburl reads and writes URLs as browsers do: the parser, the setters
// and the form encoding of the URL Standard (https://url.spec.whatwg.org/). Go's
// net/url follows RFC 3986, which reads many of the same texts differently.
//
//	u, ok := weburl.Parse("../b?c", base)
//	u.Set("hash", "top")
//
// It knows no JavaScript and imports no other package of ours. A URL may be used
// by one goroutine at a time.
package weburl
