package runtime

import (
	"bytes"
	"context"
	"io"
	"mime"
	"mime/multipart"
	"strings"
	"testing"

	"ratchet"
)

// formHost keeps the last request.
type formHost struct{ got *FetchRequest }

func (h *formHost) Call(_ context.Context, c HostCall) (HostReply, error) {
	h.got = c.Fetch
	return HostReply{Fetch: &FetchResponse{Status: 200, URL: c.Fetch.URL}}, nil
}

// TestFormData_isMultipart reads the body of a request as another program does.
func TestFormData_isMultipart(t *testing.T) {
	host := &formHost{}
	out := Run(context.Background(), Job{Source: Source{Code: `async function main() {
		const form = new FormData();
		form.append('name "x"', 'line\nbreak');
		form.append('file', new Blob([new Uint8Array([0, 255, 10])], { type: 'image/png' }), 'a"b.png');
		await fetch('http://h/', { method: 'POST', body: form });
	}`}}, Hooks{Host: host})
	if out.Err != nil {
		t.Fatalf("%+v", out.Err)
	}
	contentType := ""
	for _, h := range host.got.Header {
		if strings.EqualFold(h[0], "content-type") {
			contentType = h[1]
		}
	}
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Fatalf("%q: %v", contentType, err)
	}
	r := multipart.NewReader(bytes.NewReader(host.got.Body), params["boundary"])
	var parts []string
	for {
		part, err := r.NextPart()
		if err == io.EOF { //nolint:errorlint // NextPart returns it as it is
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(part)
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, strings.Join([]string{part.FormName(), part.FileName(), part.Header.Get("Content-Type"), string(data)}, "|"))
	}
	if want := "name %22x%22|||line\r\nbreak;file|a%22b.png|image/png|\x00\xff\n"; strings.Join(parts, ";") != want {
		t.Errorf("%q, want %q", strings.Join(parts, ";"), want)
	}
}

// TestNodeImports: what is there and what is not is said where the import stands.
func TestNodeImports(t *testing.T) {
	for name, want := range map[string]string{
		"fs": "a task has no file system", "node:http": "a task reaches the network by fetch alone", "child_process": "starts no processes",
		"node:nope": "of Node's modules there are node:assert", "lodash": "modules of Node as node:crypto",
	} {
		out := Run(context.Background(), Job{Source: Source{Code: "import x from '" + name + "';\nexport default () => x"}}, Hooks{})
		if e := out.Err; e == nil || !strings.Contains(e.Message, want) || e.Line != 1 {
			t.Errorf("%s: %+v", name, e)
		}
	}
	for _, code := range []string{
		"const { createHash } = require('crypto');\nmodule.exports = () => createHash('md5').update('a').digest('hex')",
		"import * as crypto from 'node:crypto';\nexport default () => crypto.createHash('md5').update('a').digest('hex')",
		"import crypto from 'crypto';\nexport default () => crypto.createHash('md5').update('a').digest('hex')",
		"export default async () => (await import('node:crypto')).createHash('md5').update('a').digest('hex')",
	} {
		if out := Run(context.Background(), Job{Source: Source{Code: code}}, Hooks{}); string(out.Output) != `"0cc175b9c0f1b6a831c399e269772661"` {
			t.Errorf("%s: %s %+v", code, out.Output, out.Err)
		}
	}
}

// TestEnvironment: reading process.env gives nothing, and says where to look.
func TestEnvironment(t *testing.T) {
	var lines []ratchet.LogLine
	out := Run(context.Background(), Job{Source: Source{Code: "export default () => [process.env.API_KEY ?? 'none', process.env.OTHER ?? 'none', Object.keys(process.env)]"}},
		Hooks{Log: func(l []ratchet.LogLine) { lines = append(lines, l...) }})
	if string(out.Output) != `["none","none",[]]` {
		t.Errorf("%s %+v", out.Output, out.Err)
	}
	if len(lines) != 1 || lines[0].Logger != LoggerAdvice || !strings.Contains(lines[0].Message, "process.env.API_KEY is undefined: secrets are in context.secrets") {
		t.Errorf("%+v", lines)
	}
	found := Run(context.Background(), Job{Mode: ModeCheck, Source: Source{Name: "main.js", Code: "export default () => process.env.API_KEY"}}, Hooks{}).Check
	if found == nil || len(found.Problems) != 1 || found.Problems[0].Code != "EMPTY_ENVIRONMENT" || !strings.Contains(found.Problems[0].Hint, "context.secrets.get") {
		t.Errorf("%+v", found.Problems)
	}
}
