package weburl

import (
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// FuzzURL checks that parsing never panics and that an href parses to itself.
func FuzzURL(f *testing.F) {
	for _, s := range []string{"http://a/b?c#d", "foo:/..//x", "http://[::1]:8/", "file:///C|/x", "mailto:x y", "http://0x7f.1", "http://ü@é/"} {
		f.Add(s, "http://base/p", "host", "x:1")
	}
	f.Fuzz(func(t *testing.T, input, base, part, value string) {
		b, ok := Parse(base, nil)
		if !ok {
			b = nil
		}
		u, ok := Parse(input, b)
		if !ok {
			return
		}
		checkHref(t, u)
		u.Set(part, value)
		if !u.opaque { // a setter may leave an opaque path that ends in spaces
			checkHref(t, u)
		}
	})
}

func checkHref(t *testing.T, u *URL) {
	t.Helper()
	href := u.href()
	again, ok := Parse(href, nil)
	if !ok {
		t.Fatalf("href %q does not parse", href)
	}
	if again.href() != href {
		t.Fatalf("href %q parses to %q", href, again.href())
	}
}

func TestForm_roundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOf(rapid.String()).Filter(func(l []string) bool { return len(l)%2 == 0 }).Draw(t, "pairs")
		text := EncodeForm(list)
		got := ParseForm(text)
		if strings.Join(got, "\x00") != strings.Join(list, "\x00") || len(got) != len(list) {
			t.Fatalf("%q becomes %q by %q", list, got, text)
		}
		values, err := url.ParseQuery(text) // another reader agrees
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(list); i += 2 {
			if !strings.Contains(strings.Join(values[list[i]], "\x00"), list[i+1]) {
				t.Fatalf("%q: %q", text, values)
			}
		}
	})
}
