package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"ratchet/registry"

	"ratchet"
)

// GetConfigIn are the arguments of ratchet_get_config.
type GetConfigIn struct {
	Key    string `json:"key,omitempty" jsonschema_description:"one key such as logging.level, or a section such as logging; absent = everything"`
	Format string `json:"format,omitempty" jsonschema:"enum=json,enum=yaml,enum=table,default=json" jsonschema_description:"yaml and table put the values into export as text"`
}

// ConfigSetting is one key of the configuration.
type ConfigSetting struct {
	Key          string          `json:"key"`
	Value        json.RawMessage `json:"value" jsonschema_description:"in force now; *** is a secret that is set"`
	Source       string          `json:"source" jsonschema_description:"default, file, env, flag or runtime"`
	Origin       string          `json:"origin" jsonschema_description:"the source by name, e.g. a path or a variable"`
	Live         bool            `json:"runtime" jsonschema_description:"a change takes effect while the server runs"`
	Secret       bool            `json:"secret,omitempty"`
	AfterRestart json.RawMessage `json:"after_restart,omitempty" jsonschema_description:"the value after a restart, where that is another one"`
	Type         string          `json:"type,omitempty" jsonschema_description:"when key is given"`
	Doc          string          `json:"description,omitempty" jsonschema_description:"when key is given"`
	Allowed      []string        `json:"allowed,omitempty"`
}

// GetConfigOut is the result of ratchet_get_config.
type GetConfigOut struct {
	Settings []ConfigSetting `json:"settings"`
	Export   string          `json:"export,omitempty" jsonschema_description:"the values as YAML or as a table"`
}

// GetConfig shows the configuration.
var GetConfig = registry.Define(registry.Spec{
	Name: "ratchet_get_config", Title: "Get configuration", Toolset: "admin", Category: "monitoring",
	Doc: "Call this to see the values the server runs with, where each comes from and whether it can be changed without a restart. " +
		"Secrets are masked. Next: ratchet_set_config.",
	Needs: []ratchet.Right{ratchet.RightSystem}, Effect: registry.Reads,
	Routes: []registry.Route{
		{Method: "GET", Path: "/config", Field: "config"},
		{Method: "GET", Path: "/config/{key}", Doc: "One key or one section of the configuration"},
	},
	Examples: []registry.Example{
		{Title: "How the server logs", Args: json.RawMessage(`{"key":"logging"}`)},
		{Title: "The limits as YAML", Args: json.RawMessage(`{"key":"graphql_api","format":"yaml"}`)},
	},
}, getConfig)

func getConfig(_ context.Context, d *registry.Deps, in GetConfigIn) (GetConfigOut, error) {
	if d.Config == nil {
		return GetConfigOut{}, noConfiguration()
	}
	var list []registry.Setting
	for _, s := range d.Config.Settings() {
		if in.Key == "" || s.Key == in.Key || strings.HasPrefix(s.Key, in.Key+".") {
			list = append(list, s)
		}
	}
	if len(list) == 0 {
		e := d.Config.Unknown(in.Key)
		return GetConfigOut{}, e.Next("ratchet_get_config", nil)
	}
	out := GetConfigOut{Settings: []ConfigSetting{}}
	var err error
	switch in.Format {
	case "yaml":
		out.Export, err = d.Config.Document(list)
		return out, err
	case "table":
		out.Export = settingsTable(list)
		return out, nil
	}
	for _, s := range list {
		item, err := configSetting(s, in.Key != "")
		if err != nil {
			return out, err
		}
		out.Settings = append(out.Settings, item)
	}
	return out, nil
}

func configSetting(s registry.Setting, described bool) (ConfigSetting, error) {
	item := ConfigSetting{Key: s.Key, Source: s.Source, Origin: s.Origin, Live: s.Live, Secret: s.Secret}
	if described {
		item.Type, item.Doc, item.Allowed = s.Type, s.Doc, s.Allowed
	}
	var err error
	if item.Value, err = json.Marshal(s.Value); err != nil {
		return item, fmt.Errorf("write the value of %s: %w", s.Key, err)
	}
	if s.Next != nil {
		if item.AfterRestart, err = json.Marshal(s.Next); err != nil {
			return item, fmt.Errorf("write the next value of %s: %w", s.Key, err)
		}
	}
	return item, nil
}

// settingsTable is one line for each key.
func settingsTable(list []registry.Setting) string {
	var b strings.Builder
	wide := 0
	for _, s := range list {
		wide = max(wide, len(s.Key))
	}
	for _, s := range list {
		change := "restart"
		if s.Live {
			change = "runtime"
		}
		fmt.Fprintf(&b, "%-*s  %-7s  %-7s  %v\n", wide, s.Key, s.Source, change, s.Value)
	}
	return b.String()
}

func noConfiguration() error {
	return ratchet.Errorf(ratchet.CodeUnavailable, "this process has no configuration of its own").
		WithHint("call the tool on a running server")
}
