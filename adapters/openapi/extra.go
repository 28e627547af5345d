package openapi

import (
	"cmp"
	"strconv"

	"ratchet/endpoint"
)

// plain describes an operation that is no tool.
func (b *builder) plain(o endpoint.Operation) *operation {
	op := &operation{Tags: []string{o.Tag}, Summary: o.Summary, Description: o.Description, OperationID: o.ID, Responses: newOrdered[response]()}
	for _, p := range o.Parameters {
		op.Parameters = append(op.Parameters, parameter{
			Name: p.Name, In: p.In, Description: p.Description, Required: p.Required || p.In == "path", Schema: p.Schema,
		})
	}
	if o.Body != nil {
		m := media{Schema: o.Body}
		if o.BodyExample != nil {
			m.Examples = newOrdered[example]()
			m.Examples.Set("example", example{Value: o.BodyExample})
		}
		op.RequestBody = &body{Required: true, Content: content("application/json", m)}
	}
	for _, a := range o.Answers {
		r := response{Description: a.Description}
		if a.Schema != nil || a.Kind != "" {
			schema := a.Schema
			if !a.Whole && a.Kind == "" {
				schema = envelope(schema)
			}
			kind := cmp.Or(a.Kind, "application/json")
			if first, ok := op.Responses.Get(strconv.Itoa(a.Status)); ok && first.Content != nil {
				first.Content.Set(kind, media{Schema: schema}) // the same in another form
				continue
			}
			r.Content = content(kind, media{Schema: schema})
		}
		op.Responses.Set(strconv.Itoa(a.Status), r)
	}
	refusals(op.Responses, o.Errors)
	if o.Open {
		op.Security = &[]requirement{{}}
	}
	return op
}
