// Package reply writes the answers of HTTP endpoints: values as JSON, and errors in
// the one form that every endpoint but those of JSON-RPC and GraphQL has.
//
//	reply.JSON(w, http.StatusOK, status)
//	reply.Error(w, r, time.Now(), ratchet.Errorf(ratchet.CodeNotFound, "there is nothing at this path"))
//
// It imports root, casing and mask.
package reply
