package graphql

import (
	"encoding/json"
	"net/http"

	gql "github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// get is the transport for queries by GET.
type get struct{ h *Handler }

var _ gql.Transport = get{}

// Supports says whether the request is one.
func (get) Supports(r *http.Request) bool { return r.Method == http.MethodGet }

// Do answers it.
func (t get) Do(w http.ResponseWriter, r *http.Request, exec gql.GraphExecutor) {
	params, fault := streamParams(r)
	if fault != nil {
		t.h.refuse(w, r, fault)
		return
	}
	ctx := r.Context()
	op, errs := exec.CreateOperationContext(ctx, params)
	if len(errs) == 0 && op.Operation.Operation != ast.Query {
		t.h.refuse(w, r, notByGet())
		return
	}
	w.Header().Set("Content-Type", "application/json")
	var answer *gql.Response
	if len(errs) > 0 {
		w.WriteHeader(http.StatusUnprocessableEntity)
		answer = exec.DispatchError(gql.WithOperationContext(ctx, op), errs)
	} else {
		responses, ctx := exec.DispatchOperation(ctx, op)
		answer = responses(ctx)
	}
	_ = json.NewEncoder(w).Encode(answer) // the client has gone
}
