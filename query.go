package ratchet

// Query asks for one page of a list. The same shape serves every surface.
type Query struct {
	Filters []Filter // joined by AND
	SortBy  string   // a field of the list; empty = the list's default
	Desc    bool
	ThenBy  []SortKey // further fields, which order the rows that are alike in those before
	Limit   int       // 1 to 1000; 0 = 50
	Offset  int       // rows to skip; excludes Cursor
	Cursor  string    // opaque position from Page.NextCursor
}

// SortKey is one field to sort by.
type SortKey struct {
	Field string `json:"field"`
	Order string `json:"order,omitempty" jsonschema:"enum=asc,enum=desc,default=asc"`
}

// Filter is one condition on a whitelisted field of the list.
type Filter struct {
	Field    string   `json:"field" jsonschema:"description=a filter field of this list"`
	Operator Operator `json:"operator" jsonschema:"enum=EQ,enum=NE,enum=CONTAINS,enum=STARTS_WITH,enum=ENDS_WITH,enum=GT,enum=GTE,enum=LT,enum=LTE,enum=IN,enum=NOT_IN"`
	Value    any      `json:"value" jsonschema:"description=the value; a list for IN and NOT_IN"`
}

// Operator compares a field with a value. CONTAINS, STARTS_WITH and ENDS_WITH
// ignore ASCII case; % and _ are literal.
type Operator string

// The eleven operators.
const (
	OpEQ         Operator = "EQ"
	OpNE         Operator = "NE"
	OpContains   Operator = "CONTAINS"
	OpStartsWith Operator = "STARTS_WITH"
	OpEndsWith   Operator = "ENDS_WITH"
	OpGT         Operator = "GT"
	OpGTE        Operator = "GTE"
	OpLT         Operator = "LT"
	OpLTE        Operator = "LTE"
	OpIn         Operator = "IN"
	OpNotIn      Operator = "NOT_IN"
)

// FilterField is a field a list filters by.
type FilterField struct {
	Name      string
	Type      FilterType
	Operators []Operator // it takes; the first is the default
}

// FilterType says what the values of a filter field are.
type FilterType string

// The types of filter fields.
const (
	FilterText   FilterType = "text"
	FilterInt    FilterType = "int"
	FilterFloat  FilterType = "float"
	FilterTime   FilterType = "time" // RFC 3339
	FilterBool   FilterType = "bool"
	FilterStatus FilterType = "status" // name of a Status
	FilterID     FilterType = "id"     // UUID or number
	FilterRowID  FilterType = "row_id" // UUID or number of the row itself, which has an order
)

// Page is one page of a list.
type Page[T any] struct {
	Items      []T
	Total      int64  // all rows that match, whatever the page
	LowerBound bool   // Total is a lower bound: counting was cut short
	NextCursor string // empty on the last page
	Incomplete bool   // the search used its time before the page was full; NextCursor goes on
}
