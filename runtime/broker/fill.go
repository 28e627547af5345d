package broker

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"

	"ratchet/egress"
	"ratchet/mask"
	"ratchet/runtime"
	"ratchet/spool"
)

// maxRefs is how often secrets may stand in one request.
const maxRefs = 100

// filling is a request with secrets in the places of their references, and
// what it takes to send it on without them.
type filling struct {
	request *runtime.FetchRequest
	secrets []string         // values that stand in it
	bare    func() io.Reader // the body without them; nil = there are none in it
	made    *spool.Body      // body of request, when it is large and not the script's own
}

// close frees what fill made.
func (out filling) close() { out.made.Release() }

// fill puts secrets in the places of their references. Only references that
// this run was given count: a text that looks like one is a text. u is where the
// request goes first; nil = nowhere, the run is offline. The caller closes what
// it gets.
func (s *Session) fill(ctx context.Context, f *runtime.FetchRequest, u *url.URL) (filling, *runtime.CallError) {
	s.mu.Lock()
	issued := slices.Clone(s.refs)
	s.mu.Unlock()
	if len(issued) == 0 {
		return filling{request: f}, nil
	}
	next := *f
	next.Header = slices.DeleteFunc(slices.Clone(f.Header), func(h [2]string) bool {
		return strings.EqualFold(h[0], "Accept-Encoding") // what comes back must be readable here
	})
	unfold(next.Header, issued)
	used, inBody, bad := usedIn(&next, issued)
	out := filling{request: &next}
	if bad != nil || len(used) == 0 {
		return out, bad
	}
	for i := range used {
		now, refused := s.sendable(ctx, used[i], u)
		if refused != nil {
			return out, refused
		}
		used[i].Value = now.Value
		out.secrets = append(out.secrets, now.Value)
	}
	kind, bad := out.put(used)
	if bad != nil || inBody == 0 {
		return out, bad
	}
	return s.putBody(out, used, spelling(kind))
}

// putBody replaces the references in the body.
func (s *Session) putBody(out filling, used []Secret, spell func(string) string) (filling, *runtime.CallError) {
	script := *out.request
	var pairs, none []string
	for _, u := range used {
		pairs, none = append(pairs, u.Ref, spell(u.Value)), append(none, u.Ref, "")
	}
	var err error
	f := out.request
	f.Body, f.Spooled, err = s.policy.Bodies.Keep(mask.NewTexts(pairs...).Reader(script.BodyReader()))
	if bad, full := runtime.NoRoom(err); full {
		return out, bad
	}
	if err != nil {
		return out, refuse("NetworkError", "aborted", "the run has ended")
	}
	out.made = f.Spooled
	out.bare = func() io.Reader { return mask.NewTexts(none...).Reader(script.BodyReader()) }
	return out, nil
}

// usedIn are the secrets whose references stand in a request where a secret may
// stand.
func usedIn(f *runtime.FetchRequest, issued []Secret) (used []Secret, inBody int, bad *runtime.CallError) {
	address, _, _ := strings.Cut(f.URL, "#") // the rest is not sent
	scheme, rest, _ := strings.Cut(address, "://")
	host := strings.ToLower(scheme + " " + rest[:strings.IndexAny(rest+"/", "/?")])
	count := 0
	for _, s := range issued {
		if strings.Contains(host, s.Ref) {
			return nil, 0, misplaced(s.Name, "the host of a URL")
		}
		body := countIn(f.BodyReader(), s.Ref)
		n := strings.Count(address, s.Ref) + body
		for _, h := range f.Header {
			if strings.Contains(strings.ToLower(h[0]), s.Ref) {
				return nil, 0, misplaced(s.Name, "the name of a header")
			}
			n += strings.Count(h[1], s.Ref)
		}
		if strings.Contains(f.IdempotencyKey, s.Ref) {
			return nil, 0, misplaced(s.Name, "an idempotency key")
		}
		if count, inBody = count+n, inBody+body; n > 0 {
			used = append(used, s)
		}
	}
	if count > maxRefs {
		return nil, 0, refuse("ValidationError", "too_many_secrets", "secrets stand in "+strconv.Itoa(count)+" places of the request; at most "+strconv.Itoa(maxRefs)+" are allowed")
	}
	return used, inBody, nil
}

// countIn counts a text in what r reads, piece by piece. A body that cannot be
// read is not sent either.
func countIn(r io.Reader, text string) (n int) {
	buf, kept := make([]byte, 64<<10), 0
	for {
		more, err := r.Read(buf[kept:])
		have := buf[:kept+more]
		n += bytes.Count(have, []byte(text))
		if last := bytes.LastIndex(have, []byte(text)); last >= 0 {
			have = have[last+len(text):]
		}
		kept = copy(buf, have[max(0, len(have)-len(text)+1):])
		if err != nil {
			return n
		}
	}
}

func misplaced(name, where string) *runtime.CallError {
	return refuse("ValidationError", "secret_place", "the secret "+name+" cannot stand in "+where+"; put it into the path or query of the URL, the value of a header, or the body")
}

// sendable is a secret as it may be sent to u.
func (s *Session) sendable(ctx context.Context, used Secret, u *url.URL) (Secret, *runtime.CallError) {
	now, refused := s.lookup(ctx, used.Name)
	if refused != nil || u == nil {
		return now, refused
	}
	for _, host := range now.Hosts {
		if b, err := egress.ParseBinding(host); err == nil && b.Allows(u) {
			return now, nil
		}
	}
	to := "which is bound to no host"
	if len(now.Hosts) > 0 {
		to = "which may be sent to " + strings.Join(now.Hosts, ", ") + " alone"
	}
	plain := ""
	if u.Scheme == "http" {
		plain = " (http:// must be bound as such)"
	}
	return now, refuse("AuthorizationError", "secret_host", "the request to "+u.Scheme+"://"+u.Host+" holds the secret "+used.Name+", "+to+plain+
		"; have an operator run `ratchet secrets set "+used.Name+" --hosts …` with the host among them")
}

// put replaces the references in the address and the headers, each time in the
// spelling of its place, and returns the content type of the body.
func (out *filling) put(used []Secret) (kind string, bad *runtime.CallError) {
	f := out.request
	address, fragment, _ := strings.Cut(f.URL, "#")
	path, query, asked := strings.Cut(address, "?")
	f.URL = replaceRefs(path, used, url.PathEscape)
	if asked {
		f.URL += "?" + replaceRefs(query, used, url.QueryEscape)
	}
	if fragment != "" {
		f.URL += "#" + fragment
	}
	for i, h := range f.Header {
		if strings.EqualFold(h[0], "Content-Type") {
			kind = strings.ToLower(h[1])
		}
		f.Header[i][1] = fold(replaceRefs(h[1], used, plainly))
		if !httpguts.ValidHeaderFieldValue(f.Header[i][1]) {
			return "", refuse("ConfigurationError", "secret_value", "the value of a secret in header "+h[0]+" has characters that a header cannot hold, such as a line break")
		}
	}
	return kind, nil
}

func replaceRefs(text string, used []Secret, spell func(string) string) string {
	for _, s := range used {
		if strings.Contains(text, s.Ref) {
			text = strings.ReplaceAll(text, s.Ref, spell(s.Value))
		}
	}
	return text
}

func plainly(value string) string { return value }

// spelling is how a body of this content type has texts.
func spelling(kind string) func(string) string {
	switch {
	case strings.Contains(kind, "json"):
		return inJSON
	case strings.HasPrefix(kind, "application/x-www-form-urlencoded"):
		return url.QueryEscape
	}
	return plainly
}

func inJSON(value string) string { return mask.Quoted(value, false) }

// Basic credentials are encoded as a whole: unfold decodes those that hold a
// reference, and fold encodes them again.
const (
	basic    = "Basic "
	unfolded = "Basic\x00"
)

func unfold(header [][2]string, issued []Secret) {
	for i, h := range header {
		if len(h[1]) < len(basic) || !strings.EqualFold(h[1][:len(basic)], basic) {
			continue
		}
		plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(h[1][len(basic):]))
		if err == nil && slices.ContainsFunc(issued, func(s Secret) bool { return bytes.Contains(plain, []byte(s.Ref)) }) {
			header[i][1] = unfolded + string(plain)
		}
	}
}

func fold(value string) string {
	if plain, ok := strings.CutPrefix(value, unfolded); ok {
		return basic + base64.StdEncoding.EncodeToString([]byte(plain))
	}
	return value
}

// takeOut takes the secrets of the request out of one that follows a redirect
// to another origin: out of its URL, its headers and its body.
func (out filling) takeOut(next *http.Request) *runtime.CallError {
	secrets := mask.NewValues("", out.secrets...).Whole()
	if secrets == nil {
		return nil
	}
	if address := next.URL.String(); secrets.Text(address) != address {
		u, err := url.Parse(secrets.Text(address))
		if err != nil {
			return refuse("NetworkError", "bad_redirect", "the server redirects to an address that holds a secret")
		}
		next.URL = u
	}
	for name, values := range next.Header {
		if slices.ContainsFunc(values, func(v string) bool { return secrets.Text(v) != v }) {
			delete(next.Header, name)
		}
	}
	if out.bare != nil && next.Body != nil && next.Body != http.NoBody {
		next.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(out.bare()), nil }
		next.Body, _ = next.GetBody()                           // never fails
		next.ContentLength, _ = io.Copy(io.Discard, out.bare()) // it was read before
	}
	return nil
}

// issue remembers a reference that the script was given.
func (s *Session) issue(known Secret) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.ContainsFunc(s.refs, func(r Secret) bool { return r.Ref == known.Ref }) {
		return
	}
	s.refs = append(s.refs, known)
	var hidden []string
	for _, r := range s.refs {
		if !r.Readable {
			hidden = append(hidden, r.Value)
		}
	}
	s.hidden = mask.NewValues(runtime.Redacted, hidden...).Whole()
}

// hiding takes the values that the script may not read out of what comes back:
// a receiver may repeat them. Whole values only: to tell a part of one would
// let the script guess the rest. nil = there are none.
func (s *Session) hiding() *mask.Values {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hidden
}

// hide does so outside of the body.
func (s *Session) hide(f *runtime.FetchResponse) {
	hidden := s.hiding()
	if hidden == nil || f == nil {
		return
	}
	f.URL, f.StatusText = hidden.Text(f.URL), hidden.Text(f.StatusText)
	for i := range f.Header {
		f.Header[i][0], f.Header[i][1] = hidden.Text(f.Header[i][0]), hidden.Text(f.Header[i][1])
	}
}
