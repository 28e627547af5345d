// Package telemetry sends what the server does to an OpenTelemetry collector:
// spans of requests, messages, tool calls, executions and fetches, and the
// metrics that the server counts anyway.
//
//	t, err := telemetry.Open(ctx, telemetry.Config{Traces: "http://127.0.0.1:4318/v1/traces", Log: log})
//	if err != nil {
//		return err
//	}
//	defer t.Close(ctx)
//	deps.Gates = append(deps.Gates, t.Gate())
//
// A nil *Telemetry is switched off: all its methods are there and do nothing.
// Nothing here fails or delays a request, and nothing is global. It must not
// import package server.
package telemetry
