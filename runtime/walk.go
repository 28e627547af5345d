package runtime

import (
	"reflect"

	"github.com/dop251/goja/ast"
)

// walk visits the nodes under n in source order, n included. Children of a
// node are skipped when visit returns false. Declaration lists are not walked:
// they repeat bindings that appear in statements.
func walk(n any, visit func(ast.Node) bool) { walkValue(reflect.ValueOf(n), visit) }

func walkValue(v reflect.Value, visit func(ast.Node) bool) {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			return
		}
		if v.Kind() == reflect.Pointer && v.CanInterface() {
			if n, ok := v.Interface().(ast.Node); ok && !visit(n) {
				return
			}
		}
		walkValue(v.Elem(), visit)
	case reflect.Slice:
		for i := range v.Len() {
			walkValue(v.Index(i), visit)
		}
	case reflect.Struct:
		t := v.Type()
		for i := range v.NumField() {
			switch f := t.Field(i); {
			case f.Name == "DeclarationList", f.Name == "File", !f.IsExported():
			default:
				switch v.Field(i).Kind() {
				case reflect.Interface, reflect.Pointer, reflect.Slice, reflect.Struct:
					walkValue(v.Field(i), visit)
				}
			}
		}
	}
}
