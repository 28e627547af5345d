package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func askREST(url string) asker {
	return func(t *testing.T, c badCase) complaint {
		status, raw := post(t, url+"/api/v1/tools/"+c.tool, c.args)
		var answer struct {
			Error struct {
				Code, Message, RequestID string
				Status                   int
				Retryable                bool
				Suggestions              []string
				Details                  []struct {
					Field, Nearest   string
					Allowed, Example any
				}
			}
		}
		if err := json.Unmarshal(raw, &answer); err != nil || status < 400 || answer.Error.Status != status {
			t.Fatalf("%d %v: %s", status, err, raw)
		}
		e := answer.Error
		got := complaint{Code: e.Code, Message: e.Message, RequestID: e.RequestID, Hint: strings.Join(e.Suggestions, "; "), Retryable: e.Retryable}
		if len(e.Details) > 0 {
			d := e.Details[0]
			got.Field, got.Nearest, got.Allowed, got.Example = d.Field, d.Nearest, words(d.Allowed), d.Example != nil
		}
		return got
	}
}

func askGraphQL(url string) asker {
	return func(t *testing.T, c badCase) complaint {
		kind := "query"
		if strings.HasPrefix(c.graphql, "ex") {
			kind = "mutation"
		}
		body, _ := json.Marshal(map[string]string{"query": kind + " { " + c.graphql + " }"})
		_, raw := post(t, url+"/graphql", string(body))
		var answer struct {
			Errors []struct {
				Message    string
				Extensions struct {
					Code, RequestID string
					Retryable       bool
					Suggestions     []string
					Details         []struct {
						Field, Nearest   string
						Allowed, Example any
					}
				}
			}
		}
		if err := json.Unmarshal(raw, &answer); err != nil || len(answer.Errors) == 0 {
			t.Fatalf("%v: %s", err, raw)
		}
		x := answer.Errors[0].Extensions
		got := complaint{Code: x.Code, Message: answer.Errors[0].Message, RequestID: x.RequestID, Hint: strings.Join(x.Suggestions, "; "), Retryable: x.Retryable}
		if len(x.Details) > 0 {
			d := x.Details[0]
			got.Field, got.Nearest, got.Allowed, got.Example = d.Field, d.Nearest, words(d.Allowed), d.Example != nil
		}
		return got
	}
}

// askCommand runs `ratchet call`; its exit code must be that of the code.
func askCommand(where ...string) asker {
	return func(t *testing.T, c badCase) complaint {
		var stdout, stderr bytes.Buffer
		a := &app{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr}
		exit := a.run(t.Context(), append([]string{"call", c.tool, c.args, "--json", "--quiet"}, where...))
		var body struct{ Error json.RawMessage }
		if err := json.Unmarshal(stderr.Bytes(), &body); err != nil {
			t.Fatalf("exit code %d, %v: %q", exit, err, stderr.String())
		}
		got := complained(t, body.Error)
		if want := map[string]int{"VALIDATION_ERROR": 2, "NOT_FOUND": 3}[got.Code]; exit != want {
			t.Errorf("exit code %d of %s, want %d", exit, got.Code, want)
		}
		return got
	}
}
