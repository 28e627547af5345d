package config

import "time"

// Config is the whole configuration. Load fills it; the zero value is not usable.
type Config struct {
	DataDir   string            `koanf:"data_dir" doc:"folder of the database; empty = ratchet in the user's data folder"`
	Server    Server            `koanf:"server"`
	Database  Database          `koanf:"database"`
	Execution Execution         `koanf:"execution"`
	HTTP      HTTP              `koanf:"http"`
	MCP       MCP               `koanf:"mcp"`
	Registry  Registry          `koanf:"registry"`
	Logging   Logging           `koanf:"logging"`
	Secrets   map[string]string `koanf:"secrets" doc:"values a task may read with context.secrets, by name" secret:"true"`

	sources map[string]Source
	notices []string
}

// Server is how the HTTP server listens and stops.
type Server struct {
	BindAddress     string        `koanf:"bind_address" default:"127.0.0.1" doc:"address to listen on; only loopback is accepted while there is no login"`
	Port            int           `koanf:"port" default:"8080" doc:"port to listen on; 0 = any free one"`
	ShutdownTimeout time.Duration `koanf:"shutdown_timeout" default:"30" doc:"seconds that running calls get at shutdown"`
	EnableRequestID bool          `koanf:"enable_request_id" default:"true" doc:"answer with X-Request-ID, taking over the caller's"`
	DevErrors       bool          `koanf:"dev_errors" default:"false" doc:"add the cause to the text of internal errors; never in production"`
	GCPercent       int           `koanf:"gc_percent" default:"400" doc:"garbage collection starts when the heap grew by this many percent; GOGC in the environment wins"`
	MemoryLimit     Bytes         `koanf:"memory_limit" default:"1GiB" doc:"soft memory limit of the server process; 0 = none; GOMEMLIMIT in the environment wins"`
	CORS            CORS          `koanf:"cors"`
}

// CORS says which web pages may call the server from a browser.
type CORS struct {
	AllowedOrigins []string `koanf:"allowed_origins" default:"http://localhost:3000,https://localhost:3000,http://127.0.0.1:3000,https://127.0.0.1:3000" doc:"origins of web pages that may call; any other Origin header is refused"`
}

// Database says where everything is kept.
type Database struct {
	URL string `koanf:"url" doc:"empty = ratchet.db in data_dir; :memory:, a path, file:PATH or sqlite:PATH"`
}

// Execution bounds the runs of tasks.
type Execution struct {
	MaxExecutionDuration time.Duration `koanf:"max_execution_duration" default:"300" doc:"seconds a run may last at most"`
	MaxConcurrentTasks   int           `koanf:"max_concurrent_tasks" default:"10" doc:"runs at once; 0 = as many as workers"`
	WaitLimit            time.Duration `koanf:"wait_limit" default:"25" doc:"seconds a call waits for its run before it answers running"`
	MemoryLimit          Bytes         `koanf:"memory_limit" default:"128MB" doc:"heap of one run"`
	Workers              Workers       `koanf:"workers"`
}

// Workers is the pool of worker processes.
type Workers struct {
	Count int `koanf:"count" default:"0" doc:"worker processes at most; 0 = twice the processors"`
	Warm  int `koanf:"warm" default:"2" doc:"idle worker processes kept ready"`
}

// HTTP is what tasks may reach with fetch.
type HTTP struct {
	Timeout      time.Duration `koanf:"timeout" default:"30" doc:"seconds of one request of a task, unless the task says less"`
	MaxRedirects int           `koanf:"max_redirects" default:"10" doc:"redirects followed by one request; each is checked again"`
	UserAgent    string        `koanf:"user_agent" default:"Ratchet/1.0" doc:"User-Agent of requests that set none"`
	AllowHosts   []string      `koanf:"allow_hosts" doc:"hosts that tasks may reach: exact or *.suffix; empty = all public ones"`
	AllowPorts   []int         `koanf:"allow_ports" default:"80,443" doc:"ports that tasks may reach"`
	AllowPrivate []string      `koanf:"allow_private" doc:"private networks that tasks may reach, as CIDR, e.g. 127.0.0.1/32"`
}

// MCP is the Model Context Protocol surface.
type MCP struct {
	Enabled            bool          `koanf:"enabled" default:"true" doc:"serve MCP over HTTP"`
	Endpoint           string        `koanf:"endpoint" default:"/mcp" doc:"path of the endpoint"`
	Host               string        `koanf:"host" default:"127.0.0.1" doc:"address of the separate listener"`
	Port               int           `koanf:"port" default:"8090" doc:"port of the separate listener"`
	SeparateListener   bool          `koanf:"separate_listener" default:"false" doc:"serve the endpoint on host and port of its own"`
	PageSize           int           `koanf:"page_size" default:"1000" doc:"tools on one page of tools/list"`
	MaxResultBytes     Bytes         `koanf:"max_result_bytes" default:"40000" doc:"size of one result before big fields become previews"`
	MaxMessageSize     Bytes         `koanf:"max_message_size" default:"16MiB" doc:"size of one message"`
	MaxConcurrentCalls int           `koanf:"max_concurrent_calls" default:"0" doc:"tool calls at once per caller; 0 = 10 per authenticated caller and 1000 on open loopback"`
	MaxConnections     int           `koanf:"max_connections" default:"100" doc:"sessions at once"`
	SessionTimeout     time.Duration `koanf:"session_timeout" default:"1800" doc:"seconds after which an idle session ends"`
	Toolsets           []string      `koanf:"toolsets" doc:"groups of tools: core, control or all; empty = core, or none when tools is set"`
	Tools              []string      `koanf:"tools" doc:"single tools to add; without toolsets only these are served"`
	ExcludeTools       []string      `koanf:"exclude_tools" doc:"tools to leave out"`
	ReadOnly           bool          `koanf:"read_only" default:"false" doc:"serve only tools that change nothing"`
}

// Registry says where tasks come from beside the database.
type Registry struct {
	TasksDir string `koanf:"tasks_dir" doc:"folder that tasks are loaded from at start and written to when they are created or edited; empty = tasks live in the database only"`
}

// Logging is what the server writes to stderr.
type Logging struct {
	Level  string `koanf:"level" default:"info" doc:"debug, info, warn or error"`
	Format string `koanf:"format" default:"text" doc:"text or json"`
}

// Source is a configured value and where it came from.
type Source struct {
	Value  any    // as typed in Config; "***" for secrets
	Origin string // default, environment NAME, flag, or the path of the file
}

// Sources returns every key with its value and origin. Secret values are masked.
func (c Config) Sources() map[string]Source { return c.sources }

// Notices returns what Load found odd but harmless, e.g. an environment
// variable that looks like a key and is none.
func (c Config) Notices() []string { return c.notices }
