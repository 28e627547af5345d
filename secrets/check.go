package secrets

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"ratchet"
	"ratchet/egress"
)

// Bounds of one secret.
const (
	maxValue = 64 << 10 // bytes
	maxList  = 100      // patterns, hosts
)

// check refuses an update that cannot mean anything.
func check(u ratchet.SecretUpdate) error {
	if !regexp.MustCompile(ratchet.SecretName).MatchString(u.Name) {
		return ratchet.Errorf(ratchet.CodeInvalid, "%q is no name of a secret", u.Name).At("/name").
			WithHint("a name has 1 to 100 letters, digits, _, . or -, and begins with a letter, a digit or _")
	}
	if u.Value != nil && (*u.Value == "" || len(*u.Value) > maxValue) {
		return ratchet.Errorf(ratchet.CodeInvalid, "the value of %s has %d bytes; it must have from 1 to %d", u.Name, len(*u.Value), maxValue).At("/value").
			WithHint("give the value itself; to take a secret away use " + ratchet.ToolDeleteSecret)
	}
	if len(u.TaskPatterns) > maxList || len(u.Hosts) > maxList {
		return ratchet.Errorf(ratchet.CodeInvalid, "a secret has at most %d task patterns and hosts", maxList).At("/task_patterns").
			WithHint("use prefix* or *suffix patterns")
	}
	for i, p := range u.TaskPatterns {
		if !ratchet.ValidTaskPattern(p) {
			return ratchet.Errorf(ratchet.CodeInvalid, "%q is no task pattern", p).At("/task_patterns/"+strconv.Itoa(i)).
				With(ratchet.FieldExample, []string{"report-daily", "report-*", "*-sync", "*"}).
				WithHint("write the name of a task, prefix* or *suffix")
		}
	}
	for i, h := range u.Hosts {
		if _, err := egress.ParseBinding(h); err != nil {
			return ratchet.Errorf(ratchet.CodeInvalid, "%q cannot be bound: %s", h, err.Error()).At("/hosts/"+strconv.Itoa(i)).
				With(ratchet.FieldExample, []string{"api.example.com", "*.example.com", "api.example.com:8443", "http://internal.example.com"}).
				WithHint("write hosts as in the example; one without http:// gets the value over https only, on loopback over http too")
		}
	}
	for i, r := range u.Roles {
		if !slices.Contains(ratchet.Roles(), r) {
			return ratchet.Errorf(ratchet.CodeInvalid, "there is no role %q", r).At("/roles/"+strconv.Itoa(i)).
				With(ratchet.FieldAllowed, ratchet.Roles()).WithHint("choose from what is allowed; leave roles empty for every role")
		}
	}
	return nil
}

// Unbound is a value in the configuration that is bound to nothing.
type Unbound struct {
	Name  string
	Tasks []string // that declared it before secrets were bound, and may read it until it is
}

// unboundOf joins names of the configuration with their holders.
func unboundOf(names []string, bound map[string]bool, holders map[string][]string) []Unbound {
	out := []Unbound{}
	for name := range holders {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, strings.Compare)
	for _, name := range names {
		if !bound[name] {
			out = append(out, Unbound{name, holders[name]})
		}
	}
	return out
}
