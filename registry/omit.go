package registry

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"ratchet/schema"
)

// omission is a place in a result and what is left out of it. The zero value
// leaves out nothing.
type omission struct {
	always bool
	values []string // left out where the JSON of the value is one of these
	alike  string   // left out where this other member has the same value
	when   []match  // left out where another member has a value
	items  []match  // of a list: items in which a member has a value
	below  map[string]*omission
}

// match is a member of an object that holds a string, which is in JSON here.
type match struct{ member, text string }

// omissions reads places of a result as Spec.Omits writes them:
//
//	a.b              always
//	a.b=false        where its JSON is false
//	a.b=@name        where it equals its neighbour name
//	a.b{kind=x}      where its neighbour kind is the string x
//	a.b[kind=x]      of the list a.b, the items whose kind is the string x
//
// A path goes through lists without saying so.
func omissions(places []string) *omission {
	root := &omission{}
	for _, place := range places {
		end := strings.IndexAny(place, "=[{")
		if end < 0 {
			end = len(place)
		}
		root.at(place[:end]).add(place[end:])
	}
	return root
}

// at is the omission at a path below o.
func (o *omission) at(path string) *omission {
	for name := range strings.SplitSeq(path, ".") {
		if o.below == nil {
			o.below = map[string]*omission{}
		}
		next := o.below[name]
		if next == nil {
			next = &omission{}
			o.below[name] = next
		}
		o = next
	}
	return o
}

// add adds a condition.
func (o *omission) add(condition string) {
	inner := strings.Trim(condition, "[]{}")
	member, text, _ := strings.Cut(inner, "=")
	switch {
	case condition == "":
		o.always = true
	case strings.HasPrefix(condition, "=@"):
		o.alike = condition[2:]
	case condition[0] == '=':
		o.values = append(o.values, condition[1:])
	case condition[0] == '{':
		o.when = append(o.when, match{member, strconv.Quote(text)})
	default:
		o.items = append(o.items, match{member, strconv.Quote(text)})
	}
}

// leaves says whether a member is never in the lean form. o may be nil.
func (o *omission) leaves(name string) bool {
	return o != nil && o.below[name] != nil && o.below[name].always
}

// unknown are the paths below o that t does not have.
func (o *omission) unknown(path string, t *schema.Type) []string {
	var list []string
	for name, next := range o.below {
		f := t.Field(name)
		if f == nil {
			list = append(list, path+name)
			continue
		}
		below := f.Type
		if below.Items != nil {
			below = below.Items
		}
		list = append(list, next.unknown(path+name+".", below)...)
	}
	slices.Sort(list)
	return list
}

// frame is what the outermost object of a result knows.
type frame struct {
	args  schema.Members // of the call: what repeats one is left out
	rows  string         // the list that the result is about: it stays, though empty
	asked bool           // the call names the fields of its rows: they stay as they are
}

// usual is how many members an object has at most, as a rule: lists with this
// capacity need no memory of their own.
const usual = 24

// brief is JSON of a described value without what o leaves out, and without
// members that are null or empty. What is the user's own stays whole.
func (o *omission) brief(raw json.RawMessage, t *schema.Type, f frame) json.RawMessage {
	switch {
	case t == nil || t.Own:
		return raw
	case raw[0] == '[':
		return o.list(raw, t.Items)
	case raw[0] == '{' && len(t.Fields) > 0:
		return o.record(raw, t, f)
	}
	return raw
}

func (o *omission) list(raw json.RawMessage, t *schema.Type) json.RawMessage {
	out := append(make(json.RawMessage, 0, len(raw)), '[')
	schema.EachItem(raw, func(item []byte) bool {
		if item[0] == '{' && len(o.items) > 0 && holds(schema.Members(nil).Read(item), o.items) {
			return true
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(out, o.brief(item, t, frame{})...)
		return true
	})
	return append(out, ']')
}

func (o *omission) record(raw json.RawMessage, t *schema.Type, f frame) json.RawMessage {
	all := make(schema.Members, 0, usual).Read(raw)
	out := append(make(json.RawMessage, 0, len(raw)), '{')
	for _, m := range all {
		value := m.Value
		if rows := string(m.Name) == f.rows; !rows || !f.asked {
			if value = o.member(m, all, t, f.args); value == nil || !rows && emptied(m, value, t) {
				continue
			}
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(append(append(append(out, '"'), m.Name...), `":`...), value...)
	}
	return append(out, '}')
}

// member is the value of a member in brief; nil = it is left out.
func (o *omission) member(m schema.Member, all schema.Members, t *schema.Type, args schema.Members) json.RawMessage {
	next := o.below[string(m.Name)]
	if next == nil {
		next = &omission{}
	}
	given := args.Value(string(m.Name))
	repeats := given != nil && bytes.Equal(given, m.Value) && string(m.Name) != "name" // a name says what the result is about
	if repeats || next.omits(m.Value, all) {
		return nil
	}
	f := t.Field(string(m.Name))
	if f == nil {
		return m.Value
	}
	return next.brief(m.Value, f.Type, frame{})
}

// emptied says that nothing is left of a member whose value is described.
func emptied(m schema.Member, value json.RawMessage, t *schema.Type) bool {
	if f := t.Field(string(m.Name)); f == nil || f.Type.Own {
		return false
	}
	switch string(value) {
	case `""`, "[]", "{}":
		return true
	}
	return false
}

// omits says whether a value is left out, among the members of its object.
func (o *omission) omits(value []byte, all schema.Members) bool {
	if o.always || string(value) == "null" {
		return true
	}
	for _, v := range o.values {
		if string(value) == v {
			return true
		}
	}
	return len(o.when) > 0 && holds(all, o.when) || o.alike != "" && bytes.Equal(all.Value(o.alike), value)
}

// holds says whether one of the matches is among the members.
func holds(all schema.Members, wanted []match) bool {
	return slices.ContainsFunc(wanted, func(w match) bool { return string(all.Value(w.member)) == w.text })
}
