package schema

// Join describes an object that has the fields of head and those of one of the
// forms. A field that not every form has may be absent; of fields of one name
// the first counts.
func Join(title, description string, head *Type, forms ...*Type) *Type {
	t := &Type{Kind: "object", Title: title, Description: description}
	for _, f := range head.Fields {
		t.field(&Field{Name: f.Name, Camel: f.Camel, Required: f.Required, Type: f.Type})
	}
	for _, form := range forms {
		for _, f := range form.Fields {
			required := f.Required
			for _, other := range forms {
				required = required && other.Field(f.Name) != nil
			}
			t.field(&Field{Name: f.Name, Camel: f.Camel, Required: required, Type: f.Type})
		}
	}
	return t
}
