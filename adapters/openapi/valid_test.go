//go:build openapi

package openapi_test

import (
	"encoding/json"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"

	"ratchet/adapters/openapi"
	"ratchet/endpoint"
)

// TestValid asks a library of others whether the document is OpenAPI 3.1.
func TestValid(t *testing.T) {
	for name, cfg := range map[string]openapi.Config{
		"open": {}, "closed": {Auth: openapi.Auth{Required: true, Issuer: "https://id.example/"}},
		"more": {Operations: []endpoint.Operation{{
			Method: "GET", Path: "/live", ID: "live", Tag: "Health", Summary: "Whether the server lives", Open: true,
			Answers: []endpoint.Answer{{Status: 200, Description: "It does.", Schema: json.RawMessage(`{"type":"object"}`), Whole: true}},
		}}},
	} {
		t.Run(name, func(t *testing.T) {
			doc, err := libopenapi.NewDocument(document(t, cfg))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := doc.BuildV3Model(); err != nil {
				t.Fatal(err)
			}
			v, faults := validator.NewValidator(doc)
			if len(faults) > 0 {
				t.Fatal(faults)
			}
			ok, found := v.ValidateDocument()
			for _, f := range found {
				t.Errorf("%s: %s", f.Message, f.Reason)
				for _, e := range f.SchemaValidationErrors {
					t.Errorf("  %s: %s", e.FieldPath, e.Reason)
				}
			}
			if !ok {
				t.Error("the document is not valid")
			}
		})
	}
}
