package tools

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"ratchet/registry"

	"ratchet"
)

// SecurityAuditIn are the arguments of ratchet_security_audit.
type SecurityAuditIn struct {
	Level                  string `json:"level,omitempty" jsonschema:"enum=basic,enum=comprehensive,default=comprehensive" jsonschema_description:"basic leaves out API keys, file modes and the audit's chain"`
	IncludeRecommendations bool   `json:"include_recommendations,omitempty" jsonschema:"default=true" jsonschema_description:"with what to do about each finding"`
}

// SecurityFinding is one thing that could be better.
type SecurityFinding struct {
	ID       string `json:"id"`
	Severity string `json:"severity" jsonschema:"enum=critical,enum=high,enum=medium,enum=low,enum=info"`
	Title    string `json:"title"`
	Evidence string `json:"evidence" jsonschema_description:"what was seen"`
	Remedy   string `json:"remedy,omitempty"`
}

// SecurityAuditOut is the result of ratchet_security_audit.
type SecurityAuditOut struct {
	Score    int               `json:"score" jsonschema_description:"100 without findings; critical costs 40, high 20, medium 8, low 3"`
	Findings []SecurityFinding `json:"findings" jsonschema_description:"the worst first"`
	Checked  []string          `json:"checked" jsonschema_description:"what was looked at"`
	Level    string            `json:"level"`
	At       string            `json:"checked_at"`
}

// SecurityAudit looks at how the server is protected.
var SecurityAudit = registry.Define(registry.Spec{
	Name: "ratchet_security_audit", Title: "Audit the server's security", Toolset: "admin", Category: "monitoring",
	Doc: "Call this to learn how well this server is protected as it runs: who can reach it, TLS, login, keys, web pages, " +
		"file modes and isolation, each finding with a remedy. Next: ratchet_query_audit for what has happened.",
	Needs: []ratchet.Right{ratchet.RightSystem}, Effect: registry.Reads, Routes: []registry.Route{{Method: "GET", Path: "/security/audit"}},
	Examples: []registry.Example{{Title: "Everything", Args: json.RawMessage(`{}`)}},
}, securityAudit)

func securityAudit(ctx context.Context, d *registry.Deps, in SecurityAuditIn) (SecurityAuditOut, error) {
	if d.Posture == nil {
		return SecurityAuditOut{}, ratchet.Errorf(ratchet.CodeUnavailable, "this process does not know how the server is protected").
			WithHint("call the tool on a running server")
	}
	c := &securityCheck{p: d.Posture(ctx), now: d.Now(), found: []SecurityFinding{}} // nothing found is an empty list
	c.reach()
	c.transport()
	c.pages()
	c.limits()
	if in.Level != "basic" {
		c.files(d)
		if err := c.keys(ctx, d); err != nil {
			return SecurityAuditOut{}, err
		}
		if err := c.secrets(ctx, d); err != nil {
			return SecurityAuditOut{}, err
		}
		if err := c.chain(ctx, d); err != nil {
			return SecurityAuditOut{}, err
		}
	}
	out := SecurityAuditOut{Score: 100, Findings: c.found, Checked: c.checked, Level: in.Level, At: c.now.UTC().Format("2006-01-02T15:04:05.000Z")}
	ranks := []string{"critical", "high", "medium", "low", "info"}
	slices.SortStableFunc(out.Findings, func(a, b SecurityFinding) int {
		return cmp.Compare(slices.Index(ranks, a.Severity), slices.Index(ranks, b.Severity))
	})
	for i, f := range out.Findings {
		out.Score -= map[string]int{"critical": 40, "high": 20, "medium": 8, "low": 3}[f.Severity]
		if !in.IncludeRecommendations {
			out.Findings[i].Remedy = ""
		}
	}
	out.Score = max(0, out.Score)
	return out, nil
}

// securityCheck gathers findings.
type securityCheck struct {
	p       registry.Posture
	now     time.Time
	found   []SecurityFinding
	checked []string
}

func (c *securityCheck) look(what string) { c.checked = append(c.checked, what) }

func (c *securityCheck) find(id, severity, title, evidence, remedy string) {
	c.found = append(c.found, SecurityFinding{id, severity, title, evidence, remedy})
}

// reach looks at who can connect, and what of.
func (c *securityCheck) reach() {
	c.look("bind address")
	c.look("login")
	switch {
	case c.p.LoginRequired:
	case !c.p.Loopback && c.p.Address != "":
		c.find("open-network", "critical", "Anybody who reaches the server owns it", "it listens on "+c.p.Address+" without login", "set auth.required to true, or listen on 127.0.0.1")
	case len(c.p.AllowedHosts) > 0:
		c.find("open-behind-proxy", "critical", "Anyone who reaches the proxy has full rights on the server", "server.allowed_hosts names "+strings.Join(c.p.AllowedHosts, ", ")+" and no login is required", "set auth.required to true")
	default:
		c.find("open-loopback", "info", "Programs of every user of this machine may call without login", "it listens on loopback only", "set auth.required to true on a machine with several users")
	}
	if !c.p.Loopback && c.p.Address != "" && len(c.p.AllowedHosts) == 0 {
		c.find("any-host", "low", "Every Host header is taken", "server.allowed_hosts is empty", "name the server's own names in server.allowed_hosts")
	}
	c.look("isolation")
	switch c.p.Isolation {
	case "":
		c.find("isolation-unknown", "info", "No worker has reported its isolation yet", "", "ask again when a task has run")
	case "none", "process":
		c.find("isolation", "high", "Task code is confined by its process alone", "isolation of runs: "+c.p.Isolation, "run on Linux with Landlock, seccomp and user namespaces; see `ratchet doctor`")
	}
	c.look("networks of tasks")
	for _, network := range c.p.PrivateNetworks {
		c.find("private-network", "low", "Tasks may reach a private network", network, "take it out of http.allow_private unless tasks need it")
	}
	c.look("registration")
	if c.p.Registration {
		c.find("registration", "medium", "Anybody may make a user", "auth.allow_registration is on", "switch it off")
	}
}

// transport looks at the encryption.
func (c *securityCheck) transport() {
	c.look("TLS")
	if !c.p.TLS {
		if !c.p.Loopback && c.p.Address != "" {
			severity, remedy := "high", "set server.tls.cert_file and server.tls.key_file, or put a proxy with TLS in front"
			if len(c.p.TrustedProxies) > 0 {
				severity, remedy = "low", "make sure that only the proxy can reach the port"
			}
			c.find("no-tls", severity, "Keys and results cross the network in the clear", "server.tls.cert_file is empty", remedy)
		}
		return
	}
	if c.p.TLSMinimum != "1.3" {
		c.find("tls-1.2", "info", "TLS 1.2 is taken", "server.tls.min_version is "+c.p.TLSMinimum, "set it to 1.3 when all clients can")
	}
	left := c.p.CertificateEnds.Sub(c.now)
	switch ends := c.p.CertificateEnds.UTC().Format(time.DateOnly); {
	case c.p.CertificateEnds.IsZero():
	case left <= 0:
		c.find("certificate-expired", "critical", "The certificate has expired", "it ended on "+ends, "renew it; the files are read again without a restart")
	case left < 14*24*time.Hour:
		c.find("certificate-ends", "medium", "The certificate ends soon", "it ends on "+ends, "renew it; the files are read again without a restart")
	}
}

// pages looks at what browsers may do.
func (c *securityCheck) pages() {
	c.look("CORS")
	for _, origin := range c.p.AllowedOrigins {
		if origin == "*" {
			severity := "medium"
			if !c.p.LoginRequired {
				severity = "critical"
			}
			c.find("any-origin", severity, "Every web page may call the server", "server.cors.allowed_origins has *", "name the origins that need it")
		} else if strings.HasPrefix(origin, "http://") && !strings.Contains(origin, "://localhost") && !strings.Contains(origin, "://127.0.0.1") {
			c.find("plain-origin", "low", "A page loaded without TLS may call the server", origin, "use its https:// origin")
		}
	}
	for _, origin := range c.p.WriteOrigins {
		severity, title := "high", "A web page may write and run tasks without login"
		if c.p.LoginRequired {
			severity, title = "info", "A web page could write and run tasks if no login were needed"
		}
		c.find("write-origin", severity, title, origin+" is in server.cors.write_origins", "take it out, and let the page send an API key")
	}
	c.look("keys in addresses")
	if c.p.QueryKeys {
		c.find("query-key", "medium", "API keys are taken from the address", "auth.allow_query_key is on: keys end up in logs and histories", "send keys in X-API-Key and switch it off")
	}
	c.look("error detail")
	if c.p.DevErrors {
		c.find("dev-errors", "medium", "Errors show their causes", "server.dev_errors is on", "switch it off outside development")
	}
}

// limits looks at rates and at the audit log.
func (c *securityCheck) limits() {
	c.look("rate limits")
	if c.p.LoginRequired && (!c.p.RateLimited || c.p.RateTier == "unlimited") {
		c.find("no-rates", "medium", "Callers may call as often as they like", fmt.Sprintf("rate_limit.enabled is %v, rate_limit.tier is %s", c.p.RateLimited, c.p.RateTier), "set rate_limit.enabled to true and rate_limit.tier to default")
	}
	c.look("audit")
	switch {
	case !c.p.Audited:
		c.find("no-audit", "medium", "Nothing is recorded", "security.audit.enabled is off", "switch it on")
	case c.p.AuditFiles == "":
		c.find("no-audit-files", "info", "The audit is in the database alone", "no files are written", "set security.audit.files to true and data_dir, and copy the files elsewhere")
	}
}

// files looks at who may read what the server keeps.
func (c *securityCheck) files(d *registry.Deps) {
	c.look("file modes")
	type kept struct {
		path     string
		severity string
	}
	var list []kept
	if path := d.Store.Path(); path != "" {
		list = append(list, kept{filepath.Dir(path), "medium"}, kept{path, "medium"}, kept{path + "-wal", "medium"})
	}
	for _, path := range c.p.Secrets {
		list = append(list, kept{path, "high"})
	}
	closed := false // the folder of the database keeps others out by itself
	for _, k := range list {
		info, err := os.Stat(k.path)
		if err != nil {
			continue // not there: nothing to protect
		}
		mode := info.Mode().Perm()
		if info.IsDir() && mode&0o077 == 0 {
			closed = true
		}
		severity, others := k.severity, mode&0o007 != 0
		if mode&0o077 == 0 || (closed && d.Store.Path() != "" && filepath.Dir(k.path) == filepath.Dir(d.Store.Path())) {
			continue
		}
		if !others {
			severity = "low" // the group alone
		}
		if info.IsDir() && mode&0o022 == 0 {
			severity = "low" // its names can be seen
		}
		c.find("file-mode", severity, "Others than the server's user may open what it keeps", fmt.Sprintf("%s has mode %04o", filepath.Base(k.path), mode), "chmod go= "+filepath.Base(k.path))
	}
}

// keys looks at the API keys and at who is an admin.
func (c *securityCheck) keys(ctx context.Context, d *registry.Deps) error {
	c.look("API keys")
	page, err := d.Store.ListAPIKeys(ctx, ratchet.Query{Limit: 1000}, keyWithin(ctx))
	if err != nil {
		return err
	}
	var forever, admins, idle []string
	for _, k := range page.Items {
		if !k.Active || (!k.ExpiresAt.IsZero() && k.ExpiresAt.Before(c.now)) {
			continue
		}
		if k.ExpiresAt.IsZero() {
			forever = append(forever, k.Name)
		}
		if k.Role == ratchet.RoleAdmin {
			admins = append(admins, k.Name)
		}
		if last := cmpTime(k.LastUsedAt, k.CreatedAt); c.now.Sub(last) > 90*24*time.Hour {
			idle = append(idle, k.Name)
		}
	}
	for _, f := range []struct {
		id, severity, title, remedy string
		names                       []string
	}{
		{"keys-without-end", "low", "API keys never expire", "rotate them with an expiry: ratchet_rotate_api_key", forever},
		{"admin-keys", "medium", "API keys have the role admin", "give programs the role service with the tools they need", admins},
		{"idle-keys", "low", "API keys have not been used for 90 days", "revoke them: ratchet_revoke_api_key", idle},
	} {
		if n := len(f.names); n > 0 {
			c.find(f.id, f.severity, f.title, fmt.Sprintf("%d: %s", n, strings.Join(f.names[:min(n, 10)], ", ")), f.remedy)
		}
	}
	c.look("admins")
	if c.p.LoginRequired {
		has, err := d.Store.HasAdmin(ctx)
		if err != nil {
			return err
		}
		if !has {
			c.find("no-admin", "high", "There is no admin", "users have the roles below admin only", "make one with `ratchet users create NAME --role admin`")
		}
	}
	return nil
}

func cmpTime(a, b time.Time) time.Time {
	if a.IsZero() {
		return b
	}
	return a
}

// chain looks at whether the audit is as it was written.
func (c *securityCheck) chain(ctx context.Context, d *registry.Deps) error {
	if !c.p.Audited {
		return nil
	}
	c.look("audit chain")
	check, err := d.Store.VerifyAudit(ctx, 0, 0)
	if err != nil {
		return err
	}
	if check.Broken != 0 {
		c.find("audit-broken", "critical", "The audit was changed", fmt.Sprintf("entry %d: %s", check.Broken, check.Reason), "compare with copies of the audit files, and find out who can write the database")
	}
	return nil
}
