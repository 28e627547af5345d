package config

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"reflect"
	"slices"
)

// Bounds are the settings of a whole process that say what its tasks may do:
// the processes that work on one data directory have those of its owner.
type Bounds struct {
	HTTP      HTTP              `json:"http"`
	Execution Execution         `json:"execution"`
	Audit     Audit             `json:"audit"`
	Secrets   map[string]string `json:"secrets"` // by name: a hash of the value
}

// noHost is allowed where two configurations have no host in common: an empty
// list would allow all.
const noHost = "none.invalid"

// Bounds are those of c.
func (c Config) Bounds() Bounds {
	b := Bounds{HTTP: c.HTTP, Execution: c.Execution, Audit: c.Security.Audit, Secrets: map[string]string{}}
	for name, value := range c.Secrets {
		sum := sha256.Sum256([]byte(name + "\x00" + value))
		b.Secrets[name] = hex.EncodeToString(sum[:])
	}
	return b
}

// Within is c with nothing wider than b: of each setting the narrower of both.
func (c Config) Within(b Bounds) Config {
	h := &c.HTTP
	h.Timeout, h.MaxRedirects = min(h.Timeout, b.HTTP.Timeout), min(h.MaxRedirects, b.HTTP.MaxRedirects)
	h.MaxRunBodyBytes, h.MaxBodyBytes = min(h.MaxRunBodyBytes, b.HTTP.MaxRunBodyBytes), min(h.MaxBodyBytes, b.HTTP.MaxBodyBytes)
	h.MaxBodyMemory = min(h.MaxBodyMemory, b.HTTP.MaxBodyMemory)
	h.MaxResponseBytes = narrower(h.MaxResponseBytes, b.HTTP.MaxResponseBytes)
	h.MaxResponseBytesLimit = narrower(h.MaxResponseBytesLimit, b.HTTP.MaxResponseBytesLimit)
	switch {
	case len(h.AllowHosts) == 0:
		h.AllowHosts = b.HTTP.AllowHosts
	case len(b.HTTP.AllowHosts) > 0:
		if h.AllowHosts = common(h.AllowHosts, b.HTTP.AllowHosts); len(h.AllowHosts) == 0 {
			h.AllowHosts = []string{noHost}
		}
	}
	h.AllowPrivate = common(h.AllowPrivate, b.HTTP.AllowPrivate)
	h.AllowPorts = commonPorts(h.AllowPorts, b.HTTP.AllowPorts)
	if len(h.AllowPorts) == 0 {
		h.AllowPorts, h.AllowHosts = b.HTTP.AllowPorts, []string{noHost}
	}
	x := &c.Execution
	x.MaxExecutionDuration = min(x.MaxExecutionDuration, b.Execution.MaxExecutionDuration)
	x.MemoryLimit = min(x.MemoryLimit, b.Execution.MemoryLimit)
	x.MaxMemoryLimit = narrower(x.MaxMemoryLimit, b.Execution.MaxMemoryLimit)
	x.MaxTaskConcurrency = narrower(x.MaxTaskConcurrency, b.Execution.MaxTaskConcurrency)
	x.MaxConcurrentTasks = narrower(x.MaxConcurrentTasks, b.Execution.MaxConcurrentTasks)
	audit := &c.Security.Audit
	audit.Enabled, audit.Files = audit.Enabled || b.Audit.Enabled, audit.Files || b.Audit.Files
	audit.RetentionDays = max(audit.RetentionDays, b.Audit.RetentionDays)
	mine := c.Bounds().Secrets
	c.Secrets = maps.Clone(c.Secrets)
	maps.DeleteFunc(c.Secrets, func(name, _ string) bool { return mine[name] != b.Secrets[name] })
	return c
}

// common are the texts in both lists.
func common(mine, theirs []string) []string {
	return slices.DeleteFunc(slices.Clone(mine), func(one string) bool { return !slices.Contains(theirs, one) })
}

// commonPorts are the ports in both lists, where 0 stands for all.
func commonPorts(mine, theirs []int) []int {
	switch {
	case slices.Contains(theirs, 0):
		return mine
	case slices.Contains(mine, 0):
		return theirs
	}
	return slices.DeleteFunc(slices.Clone(mine), func(port int) bool { return !slices.Contains(theirs, port) })
}

// narrower is the smaller bound; 0 = none.
func narrower[N int | Bytes](a, b N) N {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// Differ names the settings in which b and other are not the same, without
// their values.
func (b Bounds) Differ(other Bounds) []string {
	names := differing("http.", reflect.ValueOf(b.HTTP), reflect.ValueOf(other.HTTP))
	names = append(names, differing("execution.", reflect.ValueOf(b.Execution), reflect.ValueOf(other.Execution))...)
	names = append(names, differing("security.audit.", reflect.ValueOf(b.Audit), reflect.ValueOf(other.Audit))...)
	for name := range b.Secrets {
		if other.Secrets[name] != b.Secrets[name] {
			names = append(names, "secrets."+name)
		}
	}
	for name := range other.Secrets {
		if _, known := b.Secrets[name]; !known {
			names = append(names, "secrets."+name)
		}
	}
	slices.Sort(names)
	return names
}

func differing(prefix string, a, b reflect.Value) (names []string) {
	for i := range a.NumField() {
		key, x, y := prefix+a.Type().Field(i).Tag.Get("koanf"), a.Field(i), b.Field(i)
		switch {
		case x.Kind() == reflect.Struct:
			names = append(names, differing(key+delimiter, x, y)...)
		case x.Kind() == reflect.Slice && x.Len() == 0 && y.Len() == 0:
		case !reflect.DeepEqual(x.Interface(), y.Interface()):
			names = append(names, key)
		}
	}
	return names
}

// Exceeds names what b allows and other does not.
func (b Bounds) Exceeds(other Bounds) []string {
	c := Config{HTTP: b.HTTP, Execution: b.Execution, Security: Security{Audit: b.Audit}}
	inside := c.Within(other).Bounds()
	inside.Secrets = map[string]string{}
	for name, hash := range b.Secrets {
		if other.Secrets[name] == hash {
			inside.Secrets[name] = hash
		}
	}
	return b.Differ(inside)
}
