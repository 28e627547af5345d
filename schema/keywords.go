package schema

import (
	"slices"
	"strings"
)

// keywordKind says what a keyword holds.
type keywordKind int

const (
	plainValue keywordKind = iota
	oneSchema
	schemasByName
	listOfSchemas
	schemaOrList
	formatName
)

// keywords are those of draft-07 and 2020-12.
func keywords() map[string]keywordKind {
	return map[string]keywordKind{
		"$schema": plainValue, "$id": plainValue, "$ref": plainValue, "$anchor": plainValue, "$comment": plainValue, "$vocabulary": plainValue,
		"$dynamicRef": plainValue, "$dynamicAnchor": plainValue, "$defs": schemasByName, "definitions": schemasByName,
		"title": plainValue, "description": plainValue, "default": plainValue, "examples": plainValue, "deprecated": plainValue,
		"readOnly": plainValue, "writeOnly": plainValue, "contentEncoding": plainValue, "contentMediaType": plainValue, "contentSchema": oneSchema,
		"type": plainValue, "enum": plainValue, "const": plainValue, "format": formatName, "pattern": plainValue,
		"minLength": plainValue, "maxLength": plainValue, "minimum": plainValue, "maximum": plainValue,
		"exclusiveMinimum": plainValue, "exclusiveMaximum": plainValue, "multipleOf": plainValue,
		"minItems": plainValue, "maxItems": plainValue, "uniqueItems": plainValue, "minContains": plainValue, "maxContains": plainValue,
		"minProperties": plainValue, "maxProperties": plainValue, "required": plainValue, "dependentRequired": plainValue,
		"properties": schemasByName, "patternProperties": schemasByName, "dependentSchemas": schemasByName, "dependencies": schemasByName,
		"additionalProperties": oneSchema, "unevaluatedProperties": oneSchema, "unevaluatedItems": oneSchema, "propertyNames": oneSchema,
		"contains": oneSchema, "additionalItems": oneSchema, "not": oneSchema, "if": oneSchema, "then": oneSchema, "else": oneSchema,
		"items": schemaOrList, "prefixItems": listOfSchemas, "allOf": listOfSchemas, "anyOf": listOfSchemas, "oneOf": listOfSchemas,
	}
}

// keywordFor is the keyword that name was meant to be; empty = it may be a
// note of the author's own.
func keywordFor(name string) string {
	if strings.HasPrefix(name, "x-") || strings.HasPrefix(name, "$") {
		return ""
	}
	folded := Folded(name)
	switch folded {
	case "property", "props", "fields", "params", "parameters", "attributes", "members", "columns":
		return "properties"
	case "require", "requires", "requiredproperties", "requiredfields", "mandatory", "optional":
		return "required, a list of names next to properties"
	case "min", "minvalue", "minimumvalue", "gte", "ge":
		return "minimum, or minLength for text and minItems for a list"
	case "max", "maxvalue", "maximumvalue", "lte", "le":
		return "maximum, or maxLength for text and maxItems for a list"
	case "gt", "greaterthan":
		return "exclusiveMinimum"
	case "lt", "lessthan":
		return "exclusiveMaximum"
	case "length", "len", "size":
		return "minLength and maxLength, or minItems and maxItems"
	case "regex", "regexp", "match", "matches":
		return "pattern"
	case "values", "value", "options", "choices", "allowed", "allowedvalues", "oneofvalues", "enums", "enumvalues":
		return "enum"
	case "nullable":
		return "a type of two, such as [\"string\", \"null\"]"
	case "example":
		return "examples, a list"
	case "defaultvalue":
		return "default"
	case "desc", "help", "doc", "comment":
		return "description"
	case "item", "element", "elements", "itemtype", "of":
		return "items"
	case "unique":
		return "uniqueItems"
	case "additional", "additionalprops", "allowadditional", "allowadditionalproperties", "strict":
		return "additionalProperties"
	case "datatype", "types", "kind":
		return "type"
	}
	all := sortedKeywords()
	for _, known := range all {
		if strings.ToLower(known) == folded {
			return known // another spelling
		}
	}
	if len(name) < 5 {
		return ""
	}
	for _, known := range all {
		if distance(folded, strings.ToLower(known)) <= len(name)/4 {
			return known
		}
	}
	return ""
}

func sortedKeywords() []string {
	var list []string
	for known := range keywords() {
		if !strings.HasPrefix(known, "$") {
			list = append(list, known)
		}
	}
	slices.Sort(list)
	return list
}

// formats are those that JSON Schema or OpenAPI defines.
func formats() []string {
	return []string{
		"date-time", "date", "time", "duration", "email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6", "uri", "uri-reference",
		"iri", "iri-reference", "uuid", "uri-template", "json-pointer", "relative-json-pointer", "regex",
		"int32", "int64", "float", "double", "byte", "binary", "password",
	}
}

// formatFor is the format that name was meant to be; empty = none is near.
func formatFor(name string) string {
	switch Folded(strings.ReplaceAll(name, " ", "")) {
	case "datetime", "timestamp", "iso8601", "rfc3339", "isodate", "isodatetime", "isotimestamp":
		return "date-time"
	case "url", "link", "href", "http", "https":
		return "uri"
	case "guid":
		return "uuid"
	case "ip", "ipaddress":
		return "ipv4 or ipv6"
	case "mail", "emailaddress":
		return "email"
	case "host", "domain":
		return "hostname"
	case "regexp":
		return "regex"
	case "base64":
		return "contentEncoding: base64"
	}
	return Nearest(name, formats())
}
