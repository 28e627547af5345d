package config

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// field is one key of the configuration, read from Config's struct tags.
type field struct {
	key      string // server.port
	typ      reflect.Type
	fallback string // the default as text
	doc      string
	secret   bool
}

// fields returns all keys in the order of the struct.
func fields() []field {
	return walk(reflect.TypeFor[Config](), "")
}

func walk(t reflect.Type, prefix string) []field {
	var found []field
	for f := range t.Fields() {
		name := f.Tag.Get("koanf")
		if name == "" {
			continue
		}
		key := prefix + name
		if f.Type.Kind() == reflect.Struct {
			found = append(found, walk(f.Type, key+delimiter)...)
			continue
		}
		found = append(found, field{
			key: key, typ: f.Type, fallback: f.Tag.Get("default"),
			doc: f.Tag.Get("doc"), secret: f.Tag.Get("secret") == "true",
		})
	}
	return found
}

// levelKey is the key that prefers the environment to flags.
const levelKey = "logging.level"

// foreignLevel is a variable that other programs read too: what its _FILE form
// holds is not meant for us.
const foreignLevel = "RUST_LOG"

// delimiter joins the parts of a key.
const delimiter = "."

// isMap says whether the field takes keys of the user's choice below it.
func (f field) isMap() bool { return f.typ.Kind() == reflect.Map }

// env is the environment variable of the field.
func (f field) env() string { return variable(f.key) }

// variable is the environment variable of a key or the beginning of those of a
// section.
func variable(key string) string {
	return "RATCHET_" + strings.ToUpper(strings.ReplaceAll(key, delimiter, "_"))
}

// aliases are further environment variables, by key.
func aliases() map[string][]string {
	return map[string][]string{
		"execution.max_execution_duration": {"RATCHET_MAX_EXECUTION_SECONDS", "RATCHET_MAX_EXECUTION_DURATION"},
		"execution.max_concurrent_tasks":   {"RATCHET_MAX_CONCURRENT_TASKS"},
		levelKey:                           {foreignLevel, "RATCHET_LOG_LEVEL", "RATCHET_LOG"},
		"logging.format":                   {"RATCHET_LOG_FORMAT"},
		"server.bind_address":              {"RATCHET_BIND_ADDRESS"},
		"mcp.host":                         {"MCP_HOST"},
		"mcp.port":                         {"MCP_PORT"},
		"auth.jwt_secret":                  {"RATCHET_JWT_SECRET"},
		"security.master_key":              {"RATCHET_MASTER_KEY"},
		"auth.admin_password":              {"RATCHET_ADMIN_PASSWORD"},
		"tracing.endpoint":                 {"OTEL_EXPORTER_OTLP_ENDPOINT"},
		"tracing.traces_endpoint":          {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"},
		"tracing.metrics_endpoint":         {"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"},
		"tracing.protocol":                 {"OTEL_EXPORTER_OTLP_PROTOCOL"},
		"tracing.headers":                  {"OTEL_EXPORTER_OTLP_HEADERS"},
		"tracing.insecure":                 {"OTEL_EXPORTER_OTLP_INSECURE"},
		"tracing.service_name":             {"OTEL_SERVICE_NAME"},
	}
}

// otherVariables are RATCHET_ variables that are no keys.
func otherVariables() []string {
	return append(profileVariables(), "RATCHET_CONFIG", "RATCHET_AUTH_TOKEN")
}

// typeName is a type as the generated file names it.
func (f field) typeName() string {
	switch f.typ {
	case reflect.TypeFor[time.Duration]():
		return "seconds or duration"
	case reflect.TypeFor[Bytes]():
		return "bytes"
	case reflect.TypeFor[[]string](), reflect.TypeFor[[]int]():
		return "list"
	case reflect.TypeFor[map[string]string]():
		return "names and values"
	case reflect.TypeFor[float64]():
		return "number"
	default:
		return f.typ.Kind().String()
	}
}

// keysOf returns the keys of fs, sorted.
func keysOf(fs []field) []string {
	set := make(map[string]struct{}, len(fs))
	for _, f := range fs {
		set[f.key] = struct{}{}
	}
	return slices.Sorted(maps.Keys(set))
}

// sectionsOf returns the sections that the keys of fs are in, sorted.
func sectionsOf(fs []field) []string {
	set := make(map[string]struct{})
	for _, f := range fs {
		for at := strings.LastIndex(f.key, delimiter); at > 0; at = strings.LastIndex(f.key[:at], delimiter) {
			set[f.key[:at]] = struct{}{}
		}
	}
	return slices.Sorted(maps.Keys(set))
}
