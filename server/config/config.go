package config

import (
	"maps"
	"slices"
	"time"
)

// Config is the whole configuration. Load fills it; the zero value is not usable.
type Config struct {
	DataDir   string            `koanf:"data_dir" doc:"folder of the database; empty = ratchet in the user's data folder"`
	Server    Server            `koanf:"server"`
	Database  Database          `koanf:"database"`
	Execution Execution         `koanf:"execution"`
	HTTP      HTTP              `koanf:"http"`
	MCP       MCP               `koanf:"mcp"`
	REST      REST              `koanf:"rest"`
	GraphQL   GraphQL           `koanf:"graphql_api"`
	Registry  Registry          `koanf:"registry"`
	RateLimit RateLimit         `koanf:"rate_limit"`
	Security  Security          `koanf:"security"`
	Logging   Logging           `koanf:"logging"`
	Tracing   Tracing           `koanf:"tracing"`
	Auth      Auth              `koanf:"auth"`
	Secrets   map[string]string `koanf:"secrets" doc:"values for tasks, by name; ratchet secrets set binds each to the tasks that may use it" secret:"true"`

	sources map[string]Source
	notices []string
	layers  *loader // what it was merged from; nil = not by Load
}

// Server is how the HTTP server listens and stops.
type Server struct {
	BindAddress     string        `koanf:"bind_address" default:"127.0.0.1" doc:"address to listen on; one that is not loopback needs an admin"`
	Port            int           `koanf:"port" default:"8080" doc:"port to listen on; 0 = any free one"`
	ShutdownTimeout time.Duration `koanf:"shutdown_timeout" default:"30" doc:"seconds that running calls get at shutdown"`
	EnableRequestID bool          `koanf:"enable_request_id" default:"true" doc:"answer with X-Request-ID, taking over the caller's"`
	DevErrors       bool          `koanf:"dev_errors" default:"false" doc:"add the cause to the text of internal errors; never in production"`
	GCPercent       int           `koanf:"gc_percent" default:"400" doc:"garbage collection starts when the heap grew by this many percent; GOGC in the environment wins"`
	MemoryLimit     Bytes         `koanf:"memory_limit" default:"320MiB" doc:"soft memory limit of the server process; 0 = none; GOMEMLIMIT in the environment wins"`
	AllowedHosts    []string      `koanf:"allowed_hosts" doc:"names that the Host header may have, e.g. ratchet.example.com or *.example.com; loopback names are always taken on loopback; empty = on other addresses every name is"`
	TrustedProxies  []string      `koanf:"trusted_proxies" doc:"addresses and networks of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed"`
	MaxBodySize     Bytes         `koanf:"max_body_size" default:"10MiB" doc:"size of one request body outside MCP"`
	BodyTimeout     time.Duration `koanf:"body_timeout" default:"60" doc:"seconds that a client may take to send a request body"`
	HeaderTimeout   time.Duration `koanf:"header_timeout" default:"10" doc:"seconds that a client may take to send a request's head"`
	WriteTimeout    time.Duration `koanf:"write_timeout" default:"60" doc:"seconds that a client may take to read a piece of an answer"`
	MaxStreams      int           `koanf:"max_streams" default:"1000" doc:"WebSockets, streams of events and MCP sessions open at once"`
	CallerStreams   int           `koanf:"max_streams_per_caller" default:"100" doc:"of those, the most of one caller; callers who need no login, or have not named themselves yet, are told apart by their address"`
	TLS             TLS           `koanf:"tls"`
	CORS            CORS          `koanf:"cors"`
}

// TLS is how connections are encrypted. Changed files are read again without a
// restart.
type TLS struct {
	CertFile          string `koanf:"cert_file" doc:"certificate, PEM; empty = no TLS"`
	KeyFile           string `koanf:"key_file" doc:"its private key, PEM"`
	ChainFile         string `koanf:"chain_file" doc:"certificates between it and the root, PEM, when cert_file has none"`
	MinVersion        string `koanf:"min_version" default:"1.2" doc:"1.2, 1.3, or modern (= 1.3)"`
	ClientCA          string `koanf:"client_ca" doc:"roots of client certificates, PEM; empty = clients need none"`
	RequireClientCert bool   `koanf:"require_client_cert" default:"true" doc:"with client_ca: refuse clients without a certificate"`
	RedirectHTTP      int    `koanf:"redirect_http" default:"0" doc:"port on which plain HTTP is answered with a redirect to HTTPS; 0 = none"`
}

// CORS says which web pages may call the server from a browser.
type CORS struct {
	AllowedOrigins   []string      `koanf:"allowed_origins" default:"http://localhost:3000,https://localhost:3000,http://127.0.0.1:3000,https://127.0.0.1:3000" doc:"origins of web pages that may call; any other Origin header is refused; * = all"`
	WriteOrigins     []string      `koanf:"write_origins" doc:"origins of web pages that may also write and run tasks where no login is needed; other pages only read there"`
	AllowCredentials bool          `koanf:"allow_credentials" default:"false" doc:"let pages of allowed origins send cookies; not with *"`
	MaxAge           time.Duration `koanf:"max_age" default:"3600" doc:"seconds that a browser may keep the answer to a preflight request"`
}

// RateLimit is how often callers may call. The open loopback server has no rates.
type RateLimit struct {
	Enabled           bool              `koanf:"enabled" default:"true" doc:"limit calls per minute and per day by role; bounds on calls at once hold in any case"`
	Tier              string            `koanf:"tier" default:"default" doc:"tier of callers that have none of their own: default, permissive, strict or unlimited"`
	RequestsPerMinute int               `koanf:"requests_per_minute" default:"0" doc:"replaces the tier's number for every role; 0 = the tier's"`
	BurstSize         int               `koanf:"burst_size" default:"0" doc:"replaces the tier's number for every role; 0 = the tier's"`
	RequestsPerDay    int               `koanf:"requests_per_day" default:"0" doc:"replaces the tier's number for every role; 0 = the tier's"`
	PerTool           map[string]string `koanf:"per_tool" doc:"calls a minute of single tools, by name"`
	PerPath           map[string]string `koanf:"per_path" doc:"HTTP requests a minute, by the beginning of the path"`
	MaxClients        int               `koanf:"max_clients" default:"10000" doc:"callers remembered at once; those seen longest ago are forgotten"`
}

// Security is what browsers are told and what is written down.
type Security struct {
	Headers   string `koanf:"headers" default:"default" doc:"default, or production: HSTS for two years with preload, no referrer"`
	MasterKey string `koanf:"master_key" doc:"key that stored secrets are encrypted with, 32 bytes in base64 or hex (openssl rand -base64 32); empty = one that the server makes and keeps in a file next to its database" secret:"true"`
	Audit     Audit  `koanf:"audit"`
}

// Audit is the audit log of writes and security events.
type Audit struct {
	Enabled       bool `koanf:"enabled" default:"true" doc:"record writes and security events"`
	Files         bool `koanf:"files" default:"true" doc:"write audit-YYYY-MM-DD.jsonl in the data folder, in addition to the table"`
	RetentionDays int  `koanf:"retention_days" default:"90" doc:"days that entries are kept"`
}

// Database says where everything is kept.
type Database struct {
	URL string `koanf:"url" doc:"empty = ratchet.db in data_dir; :memory:, a path, file:PATH or sqlite:PATH"`
}

// Execution bounds the runs of tasks.
type Execution struct {
	MaxExecutionDuration time.Duration `koanf:"max_execution_duration" default:"300" doc:"seconds a run may last at most: the bound of timeout, cpu_limit and http.timeout of a task and of the timeout of a call"`
	MaxConcurrentTasks   int           `koanf:"max_concurrent_tasks" default:"10" doc:"runs at once; 0 = as many as workers"`
	WaitLimit            time.Duration `koanf:"wait_limit" default:"25" doc:"seconds a call waits for its run before it answers running"`
	MemoryLimit          Bytes         `koanf:"memory_limit" default:"256MB" doc:"heap of one run, unless the task says otherwise"`
	MaxMemoryLimit       Bytes         `koanf:"max_memory_limit" default:"1GiB" doc:"the most that a task may name as memory_limit"`
	MaxTaskConcurrency   int           `koanf:"max_task_concurrency" default:"100" doc:"the most that a task may name as concurrency"`
	Workers              Workers       `koanf:"workers"`
}

// Workers is the pool of worker processes.
type Workers struct {
	Count int `koanf:"count" default:"0" doc:"worker processes at most; 0 = twice the processors"`
	Warm  int `koanf:"warm" default:"2" doc:"idle worker processes kept ready; 0 = none, the first run starts its own"`
}

// HTTP is what tasks may reach with fetch.
type HTTP struct {
	Timeout               time.Duration `koanf:"timeout" default:"30" doc:"seconds of one request of a task, unless the task says otherwise"`
	MaxRedirects          int           `koanf:"max_redirects" default:"10" doc:"redirects followed by one request; each is checked again"`
	MaxResponseBytes      Bytes         `koanf:"max_response_bytes" default:"10MiB" doc:"size of one response, unless the task says otherwise"`
	MaxResponseBytesLimit Bytes         `koanf:"max_response_bytes_limit" default:"64MiB" doc:"the most that a task may name as http.max_response_bytes"`
	MaxRunBodyBytes       Bytes         `koanf:"max_run_body_bytes" default:"256MiB" doc:"bodies of requests and responses that one run may hold at the same time, including its recording"`
	MaxBodyBytes          Bytes         `koanf:"max_body_bytes" default:"4GiB" doc:"bodies that all runs hold at once, most of them in a temporary file in the data directory"`
	MaxBodyMemory         Bytes         `koanf:"max_body_memory" default:"256MiB" doc:"memory for bodies of all runs: those below 64 KiB, and blocks on their way to the file"`
	UserAgent             string        `koanf:"user_agent" default:"Ratchet/1.0" doc:"User-Agent of requests that set none"`
	AllowHosts            []string      `koanf:"allow_hosts" doc:"hosts that tasks may reach: exact or *.suffix; empty = all public ones"`
	AllowPorts            []int         `koanf:"allow_ports" default:"80,443" doc:"ports that tasks may reach; a list of your own replaces this one"`
	AllowPrivate          []string      `koanf:"allow_private" doc:"private addresses and networks that tasks may reach, e.g. 127.0.0.1 or 10.1.0.0/16"`
}

// MCP is the Model Context Protocol surface.
type MCP struct {
	Enabled            bool          `koanf:"enabled" default:"true" doc:"serve MCP over HTTP"`
	Endpoint           string        `koanf:"endpoint" default:"/mcp" doc:"path of the endpoint"`
	Host               string        `koanf:"host" default:"127.0.0.1" doc:"address of the separate listener"`
	Port               int           `koanf:"port" default:"8090" doc:"port of the separate listener"`
	SeparateListener   bool          `koanf:"separate_listener" default:"false" doc:"serve the endpoint on host and port of its own"`
	OutputSchemas      string        `koanf:"output_schemas" default:"short" doc:"what tools/list says of results: short, the types of the main members, or full"`
	PageSize           int           `koanf:"page_size" default:"1000" doc:"tools on one page of tools/list"`
	MaxResultBytes     Bytes         `koanf:"max_result_bytes" default:"40000" doc:"size of one result before big fields become previews"`
	MaxMessageSize     Bytes         `koanf:"max_message_size" default:"16MiB" doc:"size of one message"`
	MaxConcurrentCalls int           `koanf:"max_concurrent_calls" default:"0" doc:"tool calls at once per caller; 0 = 10 per authenticated caller and 1000 on open loopback"`
	MaxConnections     int           `koanf:"max_connections" default:"100" doc:"sessions at once"`
	SessionTimeout     time.Duration `koanf:"session_timeout" default:"1800" doc:"seconds after which an idle session ends"`
	Toolsets           []string      `koanf:"toolsets" doc:"groups of tools: core, control, admin or all; empty = core"`
	Tools              []string      `koanf:"tools" doc:"single tools to add to toolsets"`
	OnlyTools          []string      `koanf:"only_tools" doc:"serve just these tools; toolsets and tools do not count then"`
	ExcludeTools       []string      `koanf:"exclude_tools" doc:"tools to leave out"`
	ReadOnly           bool          `koanf:"read_only" default:"false" doc:"serve only tools that change nothing"`
}

// REST is the surface /api/v1.
type REST struct {
	Enabled bool `koanf:"enabled" default:"true" doc:"answer REST at /api/v1"`
}

// GraphQL is the surface /graphql.
type GraphQL struct {
	Enabled       bool `koanf:"enabled" default:"true" doc:"answer GraphQL at /graphql"`
	Introspection bool `koanf:"introspection" default:"true" doc:"answer questions about the schema; on other addresses than loopback, to admins only"`
	Playground    bool `koanf:"playground" default:"true" doc:"show a page to try it at /playground; on other addresses than loopback, to admins only"`
	MaxDepth      int  `koanf:"max_depth" default:"15" doc:"fields that one operation may nest"`
	MaxComplexity int  `koanf:"max_complexity" default:"1000" doc:"cost of one operation: objects, and lists times their limit"`
	MaxAliases    int  `koanf:"max_aliases" default:"10" doc:"names under which one selection may ask for one field"`
	MaxTokens     int  `koanf:"max_tokens" default:"5000" doc:"words and signs of one document"`
}

// Registry says where tasks come from beside the database.
type Registry struct {
	TasksDir string `koanf:"tasks_dir" doc:"folder that tasks are loaded from at start and written to when they are created or edited; empty = tasks live in the database only"`
}

// Auth says who may call and how they prove it.
type Auth struct {
	Required          string        `koanf:"required" default:"auto" doc:"whether callers must authenticate: auto = on every address but loopback; true; false"`
	AdminPassword     string        `koanf:"admin_password" doc:"password of the first admin, named admin, made at start when there is none" secret:"true"`
	JWTSecret         string        `koanf:"jwt_secret" doc:"secret of HS256 tokens, at least 32 characters; empty = one that the server makes and keeps in its database" secret:"true"`
	TokenExpiration   time.Duration `koanf:"token_expiration" default:"86400" doc:"seconds after which an access token ends"`
	Issuer            string        `koanf:"issuer" default:"ratchet" doc:"issuer of HS256 tokens"`
	Audience          string        `koanf:"audience" default:"ratchet-api" doc:"audience of HS256 tokens"`
	LoginProfile      string        `koanf:"login_profile" default:"default" doc:"login policy: default, production, development or strict"`
	AllowRegistration bool          `koanf:"allow_registration" default:"false" doc:"let anybody create a user for themselves"`
	RegistrationRole  string        `koanf:"registration_role" default:"readonly" doc:"role of users who registered: readonly or user"`
	AllowQueryKey     bool          `koanf:"allow_query_key" default:"false" doc:"take API keys from ?api_key=; addresses end up in logs, so this is for clients that cannot send headers"`
	ResourceURL       string        `koanf:"resource_url" doc:"address of the server as clients see it, e.g. https://ratchet.example.org; empty = that of the request"`
	OIDC              OIDC          `koanf:"oidc"`
}

// OIDC says whose tokens are taken beside our own.
type OIDC struct {
	Issuer       string   `koanf:"issuer" doc:"issuer of tokens, e.g. https://login.example.org; empty = none"`
	JWKSURI      string   `koanf:"jwks_uri" doc:"address of the issuer's keys; empty = discovered"`
	Audience     string   `koanf:"audience" default:"ratchet-api" doc:"audience that the issuer's tokens must have"`
	RoleClaim    string   `koanf:"role_claim" default:"role" doc:"claim with the role or roles; dots lead into objects"`
	RoleMap      []string `koanf:"role_map" doc:"value of the claim = role, e.g. ratchet-admins=admin; empty = the roles by their own names"`
	DefaultRole  string   `koanf:"default_role" doc:"role of tokens without a known one; empty = they are refused"`
	AllowPrivate []string `koanf:"allow_private" doc:"private addresses and networks that the issuer's keys may be fetched from, e.g. 127.0.0.1"`
}

// Logging is what the server writes to stderr.
type Logging struct {
	Level  string `koanf:"level" default:"info" doc:"debug, info, warn or error; for a module as in info,http=debug"`
	Format string `koanf:"format" default:"text" doc:"text or json"`
	Access bool   `koanf:"access" default:"false" doc:"write a line for every HTTP request; at level debug they are written in any case"`
}

// Source is a configured value and where it came from.
type Source struct {
	Value  any    // as typed in Config; "***" for secrets that are set
	Origin string // default, profile NAME (VARIABLE), environment NAME, flag, runtime, runtime PATH, or the path of the file
	Line   int    // in the file; 0 = unknown, or no file
}

// Sources returns every key with its value and origin. Secret values are masked.
func (c Config) Sources() map[string]Source { return c.sources }

// KnownSecrets are the values that no text may contain: they are removed from logs.
func (c Config) KnownSecrets() []string {
	known := slices.Collect(maps.Values(c.Secrets))
	return append(known, c.Auth.AdminPassword, c.Auth.JWTSecret, c.Security.MasterKey)
}

// Notices returns what Load found odd but harmless, e.g. an environment
// variable that looks like a key and is none.
func (c Config) Notices() []string { return c.notices }
