// Package secrets keeps the values that tasks use, encrypted, and decides who
// may use them. A secret is bound by the operator to tasks, roles and hosts;
// what is bound to nothing is of no use to anybody.
//
//	v, err := secrets.Open(secrets.Config{Store: db})
//	_, err = v.Set(ctx, ratchet.SecretUpdate{Name: "API_TOKEN", Value: &text, TaskPatterns: []string{"report-*"}})
//	grant, err := v.Grant(ctx, ratchet.SecretUse{Secret: "API_TOKEN", TaskName: "report-daily"})
//
// Values are encrypted with AES-256-GCM under one master key, each with a nonce
// of its own and bound to its name. The key comes from the configuration
// (RATCHET_MASTER_KEY), or from a file beside the database that is made when
// the first value is stored.
package secrets
