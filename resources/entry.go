package resources

import (
	"context"
	"strings"
)

// Entry is a resource, or a form of address, that is offered beyond the
// product's own. Its address may have any scheme but ratchet.
type Entry struct {
	Resource // of a template, URI is empty

	Pattern string // e.g. test://items/{id}/data; a name stands for one part of the path. Empty = a resource
	// Read returns the content. names holds the parts that Pattern names.
	Read func(ctx context.Context, uri string, names map[string]string) (Document, error)
}

// match says whether the entry is read at uri.
func (e Entry) match(uri string) (names map[string]string, ok bool) {
	if e.Pattern == "" {
		return nil, e.URI == uri
	}
	want, got := strings.Split(e.Pattern, "/"), strings.Split(uri, "/")
	if len(want) != len(got) {
		return nil, false
	}
	names = map[string]string{}
	for i, part := range want {
		name, isName := strings.CutPrefix(part, "{")
		switch {
		case isName && got[i] != "":
			names[strings.TrimSuffix(name, "}")] = got[i]
		case part != got[i]:
			return nil, false
		}
	}
	return names, true
}

// readMore reads uri when one of the further entries has it.
func (s Source) readMore(ctx context.Context, uri string) (doc Document, found bool, err error) {
	for _, e := range s.More {
		names, ok := e.match(uri)
		if !ok {
			continue
		}
		doc, err := e.Read(ctx, uri, names)
		doc.URI = uri
		if doc.MIMEType == "" {
			doc.MIMEType = e.MIMEType
		}
		return doc, true, err
	}
	return Document{}, false, nil
}
