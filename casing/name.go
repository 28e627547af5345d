package casing

import "strings"

// Camel is a snake_case name in camelCase. Names without an underscore inside
// stay as they are; leading underscores are kept.
func Camel(name string) string {
	body := strings.TrimLeft(name, "_")
	if !strings.Contains(body, "_") {
		return name
	}
	var b strings.Builder
	b.Grow(len(name))
	b.WriteString(name[:len(name)-len(body)])
	upper := false
	for i := range len(body) {
		c := body[i]
		switch {
		case c == '_':
			upper = true
		case upper && c >= 'a' && c <= 'z':
			b.WriteByte(c - 'a' + 'A')
			upper = false
		default:
			b.WriteByte(c)
			upper = false
		}
	}
	return b.String()
}

// Pascal is a snake_case name as a type's name: CreateTask for create_task.
func Pascal(name string) string {
	camel := Camel(name)
	if camel == "" {
		return ""
	}
	return strings.ToUpper(camel[:1]) + camel[1:]
}

// Snake is a camelCase name in snake_case; snake_case stays as it is.
func Snake(name string) string {
	var b strings.Builder
	b.Grow(len(name) + 4)
	for i := range len(name) {
		c := name[i]
		if c >= 'A' && c <= 'Z' {
			if i > 0 && name[i-1] != '_' {
				b.WriteByte('_')
			}
			c += 'a' - 'A'
		}
		b.WriteByte(c)
	}
	return b.String()
}
