package ratchet

import (
	"context"
	"regexp"
	"slices"
	"strings"
)

// MatchPattern says whether name fits pattern: an exact name, prefix*, *suffix
// or *.
func MatchPattern(pattern, name string) bool {
	switch {
	case pattern == "*":
		return true
	case strings.HasSuffix(pattern, "*"):
		return strings.HasPrefix(name, strings.TrimSuffix(pattern, "*"))
	case strings.HasPrefix(pattern, "*"):
		return strings.HasSuffix(name, strings.TrimPrefix(pattern, "*"))
	default:
		return pattern == name
	}
}

// ValidTaskPattern says whether pattern can match the name of a task: a name of
// 1 to 100 letters, digits, _ and -, with a * at one end or alone.
func ValidTaskPattern(pattern string) bool { return aTaskPattern.MatchString(pattern) }

var aTaskPattern = regexp.MustCompile(`^(\*|\*?[A-Za-z0-9_-]{1,100}|[A-Za-z0-9_-]{1,100}\*)$`)

func matchAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return MatchPattern(p, name) })
}

// AllowsTask says whether a task of this name exists for the principal. A nil
// scope allows every task.
func (s *Scope) AllowsTask(name string) bool {
	if s == nil {
		return true
	}
	return !matchAny(s.DeniedTasks, name) && (len(s.TaskPatterns) == 0 || matchAny(s.TaskPatterns, name))
}

// AllowsTool says whether the scope leaves the tool of this name and toolset.
// A nil scope leaves every tool.
func (s *Scope) AllowsTool(name, toolset string) bool {
	if s == nil {
		return true
	}
	if matchAny(s.DeniedTools, name) {
		return false
	}
	if len(s.Tools) == 0 && len(s.Toolsets) == 0 {
		return true
	}
	return s.Names(name, toolset)
}

// Names says whether the scope lists the tool or its toolset itself: what a
// service may do beyond a user must be listed.
func (s *Scope) Names(name, toolset string) bool {
	return s != nil && (matchAny(s.Tools, name) || slices.Contains(s.Toolsets, toolset)) && !matchAny(s.DeniedTools, name)
}

// LimitsTasks says whether some tasks do not exist for the principal.
func (s *Scope) LimitsTasks() bool {
	return s != nil && (len(s.TaskPatterns) > 0 || len(s.DeniedTasks) > 0)
}

// Empty says whether the scope narrows nothing.
func (s *Scope) Empty() bool {
	return s == nil || len(s.Tools)+len(s.DeniedTools)+len(s.Toolsets)+len(s.TaskPatterns)+len(s.DeniedTasks)+len(s.Withheld) == 0
}

type scopeKey struct{}

// WithScope returns a context for which only the tasks that s allows exist,
// with their executions. Stores obey it. A nil s limits nothing.
func WithScope(ctx context.Context, s *Scope) context.Context {
	if !s.LimitsTasks() {
		s = nil
	}
	if s == nil && ScopeFrom(ctx) == nil {
		return ctx
	}
	return context.WithValue(ctx, scopeKey{}, s)
}

// ScopeFrom returns the scope of WithScope; nil when nothing is limited.
func ScopeFrom(ctx context.Context) *Scope {
	s, _ := ctx.Value(scopeKey{}).(*Scope)
	return s
}
