package resources_test

import (
	"context"
	"testing"

	"ratchet"
	"ratchet/resources"
)

func TestFurtherEntriesAreRead(t *testing.T) {
	source := resources.Source{More: []resources.Entry{
		{
			Resource: resources.Resource{URI: "test://picture", Name: "picture", MIMEType: "image/png"},
			Read: func(context.Context, string, map[string]string) (resources.Document, error) {
				return resources.Document{Blob: []byte{1}}, nil
			},
		},
		{
			Resource: resources.Resource{Name: "item", MIMEType: "text/plain"}, Pattern: "test://items/{id}/data",
			Read: func(_ context.Context, _ string, names map[string]string) (resources.Document, error) {
				return resources.Document{Text: names["id"]}, nil
			},
		},
	}}
	doc, err := source.Read(t.Context(), "test://picture")
	if err != nil || string(doc.Blob) != "\x01" || doc.MIMEType != "image/png" || doc.URI != "test://picture" {
		t.Errorf("%+v %v", doc, err)
	}
	doc, err = source.Read(t.Context(), "test://items/7/data")
	if err != nil || doc.Text != "7" || doc.MIMEType != "text/plain" {
		t.Errorf("%+v %v", doc, err)
	}
	for _, uri := range []string{"test://items//data", "test://items/7", "test://items/7/8/data", "test://other"} {
		if _, err := source.Read(t.Context(), uri); ratchet.CodeOf(err) != ratchet.CodeInvalid {
			t.Errorf("%s: %v", uri, err)
		}
	}
}
