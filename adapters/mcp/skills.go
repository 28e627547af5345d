package mcp

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"ratchet"
	"ratchet/resources"
)

// extensionSkills is the protocol's extension for guides that agents load.
const extensionSkills = "io.modelcontextprotocol/skills"

const (
	methodListSkills = "skills/list"
	methodGetSkill   = "skills/get"
)

// skillTTL is how long clients may keep what they know of skills, in
// milliseconds: it changes with the server's version and with the caller's rights.
const skillTTL = 60_000

type listSkillsParams struct {
	mcp.ParamsBase
	Cursor string `json:"cursor,omitempty"`
}

type getSkillParams struct {
	mcp.ParamsBase
	URI string `json:"uri"`
}

// extended is what results of an extension have in common.
type extended struct {
	mcp.ResultBase
	ResultType string `json:"resultType,omitempty"` // as later revisions require it
	mcp.Cacheable
}

type listSkillsResult struct {
	extended
	Skills []skillEntry `json:"skills"`
}

type getSkillResult struct {
	extended
	Skill skillEntry `json:"skill"`
}

// skillEntry describes one skill, with a digest of each of its files.
type skillEntry struct {
	URI         string           `json:"uri"`
	Frontmatter skillFrontmatter `json:"frontmatter"`
	Resources   []skillResource  `json:"resources"`
}

type skillFrontmatter struct {
	Name        string `json:"name"`
	Description string `json:"description"`
}

type skillResource struct {
	URI    string `json:"uri"`
	Digest string `json:"digest"` // of the bytes that resources/read answers
	Size   int    `json:"size"`
}

func (s *Server) addSkills(server *mcp.Server) {
	offerMethod(server, methodListSkills, s.listSkills)
	offerMethod(server, methodGetSkill, s.getSkill)
}

func (s *Server) listSkills(ctx context.Context, _ *mcp.ServerSession, params *listSkillsParams) (*listSkillsResult, error) {
	if params.Cursor != "" {
		return nil, ratchet.Errorf(ratchet.CodeInvalid, "the cursor is not one of this list").At("/cursor").
			WithHint("leave it out: the list has one page")
	}
	skills, err := s.source.Skills(ctx)
	if err != nil {
		return nil, err
	}
	res := &listSkillsResult{extended: extend(params.Meta, skillTTL), Skills: []skillEntry{}}
	for _, k := range skills {
		res.Skills = append(res.Skills, entryOf(k))
	}
	return res, nil
}

func (s *Server) getSkill(ctx context.Context, _ *mcp.ServerSession, params *getSkillParams) (*getSkillResult, error) {
	if params.URI == "" {
		return nil, ratchet.Errorf(ratchet.CodeInvalid, "uri is missing: the address of a skill's SKILL.md").At("/uri").
			WithHint("skills/list names them")
	}
	k, err := s.source.Skill(ctx, params.URI)
	if err != nil {
		return nil, err
	}
	return &getSkillResult{extended: extend(params.Meta, skillTTL), Skill: entryOf(k)}, nil
}

func entryOf(k resources.Skill) skillEntry {
	e := skillEntry{URI: k.URI(), Frontmatter: skillFrontmatter{k.Name, k.Description}}
	for _, f := range k.Files {
		sum := sha256.Sum256([]byte(f.Text))
		e.Resources = append(e.Resources, skillResource{f.URI, "sha256:" + hex.EncodeToString(sum[:]), len(f.Text)})
	}
	return e
}

// extend is what a result has beside its own members. It is for who asked
// alone, as lists are: see cacheable.
func extend(asked mcp.Meta, ttl int) extended {
	e := extended{Cacheable: mcp.Cacheable{TTLMs: ttl, CacheScope: "private"}}
	if modern(asked) {
		e.ResultType = "complete"
	}
	return e
}

// modern says whether a request belongs to the later era.
func modern(meta mcp.Meta) bool {
	version, _ := meta[mcp.MetaKeyProtocolVersion].(string)
	return version >= modernEra
}

// customParams are the parameters of a method beyond the protocol's own.
type customParams[T any] interface {
	*T
	mcp.Params
}

// offerMethod adds a method that the protocol itself does not have. The SDK
// refuses names of the protocol's own methods, and those here are constants.
func offerMethod[P customParams[T], R mcp.Result, T any](server *mcp.Server, name string, handle func(context.Context, *mcp.ServerSession, P) (R, error)) {
	err := mcp.AddReceivingCustomMethod(server, name, func(ctx context.Context, session *mcp.ServerSession, params P) (R, error) {
		if params == nil { // a request may leave them out
			params = new(T)
		}
		return handle(ctx, session, params)
	})
	if err != nil {
		panic("ratchet: " + err.Error())
	}
}
