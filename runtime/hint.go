package runtime

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"

	"ratchet"
)

// hintOf finds what an author most likely meant where the engine threw e. It
// reads the source as text, so it finds less than there is; it runs nothing.
func (v *vm) hintOf(e *ratchet.ExecutionError) string {
	switch e.Type {
	case "ReferenceError":
		name, ok := strings.CutSuffix(e.Message, " is not defined")
		if !ok {
			return ""
		}
		if hint, ok := absentGlobals()[name]; ok {
			return name + " is not available to tasks. " + hint
		}
		return unknownNames()[name]
	case "TypeError":
		source := v.prog.files[e.Source]
		lines := strings.Split(source, "\n")
		if e.Line < 1 || e.Line > len(lines) {
			return ""
		}
		if hint := readerOf(source).hint(lines[e.Line-1], e.Message); hint != "" {
			return hint
		}
		return hintOfPromise(source, lines[e.Line-1])
	default:
		return ""
	}
}

// contextReader knows by which names a source reads its context.
type contextReader struct {
	names  []string          // of the context
	locals map[string]string // member by the local name it was given
}

var (
	entryParameters = regexp.MustCompile(`(?:export\s+default\b|\bmain\b|\bprocess\b|module\.exports\s*=)[^(){;]*\(([^()]*)\)`)
	destructured    = regexp.MustCompile(`\{([^{}]*)\}\s*=\s*([\w$]+)`)
	copied          = regexp.MustCompile(`([\w$]+)\s*=\s*([\w$]+)\s*\.\s*([\w$]+)\s*(?:[;,\n]|$)`)
	identifier      = regexp.MustCompile(`^[\w$]+`)
)

func readerOf(source string) *contextReader {
	r := &contextReader{names: []string{"context", "ctx"}, locals: map[string]string{}}
	for _, m := range entryParameters.FindAllStringSubmatch(source, 4) {
		second := secondParameter(m[1])
		if list, ok := strings.CutPrefix(second, "{"); ok {
			r.take(list)
		} else if name := identifier.FindString(second); name != "" {
			r.names = append(r.names, name)
		}
	}
	for _, m := range destructured.FindAllStringSubmatch(source, 20) {
		if slices.Contains(r.names, m[2]) {
			r.take(m[1])
		}
	}
	for _, m := range copied.FindAllStringSubmatch(source, 20) {
		if slices.Contains(r.names, m[2]) {
			r.locals[m[1]] = m[3]
		}
	}
	return r
}

// secondParameter is the second of a list of parameters; empty = there is none.
func secondParameter(list string) string {
	depth := 0
	for i, c := range list {
		switch c {
		case '{', '[', '<':
			depth++
		case '}', ']', '>':
			depth--
		case ',':
			if depth == 0 {
				return strings.TrimSpace(list[i+1:])
			}
		}
	}
	return ""
}

// take reads what is between the braces of a pattern, as in { log, logger: l }.
func (r *contextReader) take(pattern string) {
	pattern, _, _ = strings.Cut(pattern, "}")
	for item := range strings.SplitSeq(pattern, ",") {
		item, _, _ = strings.Cut(item, "=") // its default
		member, local, renamed := strings.Cut(item, ":")
		if !renamed {
			local = member
		}
		r.locals[strings.TrimSpace(local)] = strings.TrimSpace(member)
	}
}

// Parts of the patterns below.
const (
	dot  = `\s*(?:\?\.|\.)\s*`
	word = `([\w$]+)`
)

// context is the pattern of what is the context.
func (r *contextReader) context() string {
	list := make([]string, len(r.names))
	for i, n := range r.names {
		list[i] = regexp.QuoteMeta(n)
	}
	return `(?:^|[^\w$.])(?:` + strings.Join(list, "|") + `)`
}

// member is the pattern of what is a member of the context.
func (r *contextReader) member(of string) string {
	pattern := r.context() + dot + of
	for _, local := range slices.Sorted(maps.Keys(r.locals)) {
		if r.locals[local] == of && local != "" {
			pattern += `|(?:^|[^\w$.])` + regexp.QuoteMeta(local)
		}
	}
	return `(?:` + pattern + `)`
}

var (
	missingCall = regexp.MustCompile(`([\w$]+) is not a function$`)
	missingRead = regexp.MustCompile(`^Cannot read properties of (?:undefined|null) \(reading '(.+)'\)$`)
)

// hint says what is wrong on a line that threw, if it reads the context.
func (r *contextReader) hint(line, message string) string {
	if m := missingCall.FindStringSubmatch(message); m != nil {
		return cmp.Or(r.hintOfCall(line, m[1]), r.hintOfValue(line))
	}
	if m := missingRead.FindStringSubmatch(message); m != nil {
		return r.hintOfRead(line, m[1])
	}
	return ""
}

// hintOfCall is for the call of a member that is missing.
func (r *contextReader) hintOfCall(line, missing string) string {
	call := dot + regexp.QuoteMeta(missing) + `\b`
	switch {
	case captured(line, r.member("secrets")+`(`+call+`)`) != "":
		return secretHint(missing)
	case captured(line, r.member("log")+`(`+call+`)`) != "":
		return levelsHint
	case captured(line, r.context()+`(`+call+`)`) != "" && !isContextMember(missing):
		return noMember(missing)
	}
	return ""
}

// hintOfRead is for the read of a member of something that is undefined.
func (r *contextReader) hintOfRead(line, read string) string {
	next := `\s*(?:\?\.|\.|\[\s*['"])\s*` + regexp.QuoteMeta(read) + `\b`
	if found := captured(line, r.member("secrets")+dot+word+next); found != "" {
		return secretHint(found)
	}
	if found := captured(line, r.context()+dot+word+next); found != "" && !isContextMember(found) {
		return noMember(found)
	}
	if found := captured(line, `(?:^|[^\w$.])`+word+next); found != "" {
		return r.hintOfLocal(found)
	}
	return ""
}

// hintOfValue is for the call of something that is no function.
func (r *contextReader) hintOfValue(line string) string {
	switch {
	case captured(line, r.member("log")+`(\s*\()`) != "":
		return levelsHint
	case captured(line, r.member("secrets")+`(\s*\()`) != "":
		return secretHint("NAME")
	}
	for _, m := range regexp.MustCompile(`(?:^|[^\w$.])`+word+`\s*\(`).FindAllStringSubmatch(line, -1) {
		if hint := r.hintOfLocal(m[1]); hint != "" {
			return hint
		}
	}
	return ""
}

func (r *contextReader) hintOfLocal(local string) string {
	if member := r.locals[local]; member != "" && !isContextMember(member) {
		return noMember(member)
	}
	return ""
}

const levelsHint = "Use context.log.info(message, fields); its levels are trace, debug, info, warn and error."

func secretHint(name string) string {
	return "Use context.secrets.get('" + name + "'), with the name in metadata.secrets."
}

// captured is the first group of the first match of the pattern in line.
func captured(line, pattern string) string {
	m := regexp.MustCompile(pattern).FindStringSubmatch(line)
	if m == nil {
		return ""
	}
	return m[1]
}
