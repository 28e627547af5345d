package registry

// Annotations are the hints a client shows before a call. All four are
// always sent.
type Annotations struct {
	ReadOnly    bool `json:"readOnlyHint"`
	Destructive bool `json:"destructiveHint"`
	Idempotent  bool `json:"idempotentHint"`
	OpenWorld   bool `json:"openWorldHint"`
}

// Annotations derives the hints from the effect.
func (t Tool) Annotations() Annotations {
	return Annotations{
		ReadOnly:    t.Effect == Reads,
		Destructive: t.Effect == Destroys,
		Idempotent:  t.Idempotent || t.Effect == Reads,
		OpenWorld:   t.OpenWorld,
	}
}

// Meta is what a definition says of a tool beyond the hints.
type Meta struct {
	Effect   string `json:"effect"` // reads, writes or destroys
	Executes bool   `json:"executes"`
	Toolset  string `json:"toolset"`
	Category string `json:"category"`
}

// Meta returns the tool's effect, toolset and category.
func (t Tool) Meta() Meta {
	return Meta{Effect: t.Effect.String(), Executes: t.Executes, Toolset: t.Toolset, Category: t.Category}
}

// String returns reads, writes or destroys.
func (e Effect) String() string {
	switch e {
	case Reads:
		return "reads"
	case Writes:
		return "writes"
	case Destroys:
		return "destroys"
	default:
		return "unset"
	}
}
