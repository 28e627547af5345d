package config

import (
	"net/netip"
	"strings"
)

// RequiresLogin says whether callers of this server must authenticate.
func (c Config) RequiresLogin() bool {
	if c.Auth.Required != "auto" {
		return c.Auth.Required == "true"
	}
	return !Loopback(c.Server.BindAddress) || c.MCP.Enabled && c.MCP.SeparateListener && !Loopback(c.MCP.Host)
}

// Loopback says whether a host to listen on is reached from this machine only.
func Loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && addr.IsLoopback()
}

// Roles are the values of RoleMap by the claim they stand for.
func (o OIDC) Roles() map[string]string {
	if len(o.RoleMap) == 0 {
		return nil
	}
	roles := make(map[string]string, len(o.RoleMap))
	for _, rule := range o.RoleMap {
		at := strings.LastIndexByte(rule, '=')
		roles[strings.TrimSpace(rule[:at])] = strings.TrimSpace(rule[at+1:])
	}
	return roles
}

// Networks are AllowPrivate as networks.
func (o OIDC) Networks() []netip.Prefix {
	var out []netip.Prefix
	for _, text := range o.AllowPrivate {
		if prefix, err := netip.ParsePrefix(text); err == nil { // checked by Validate
			out = append(out, prefix)
		}
	}
	return out
}

func (c Config) validateAuth() (found faults) {
	for _, network := range c.Auth.OIDC.AllowPrivate {
		if _, err := netip.ParsePrefix(network); err != nil {
			found.add(c.wrong("auth.oidc.allow_private", "want addresses or networks such as 127.0.0.1 or 10.1.0.0/16, got "+kindOf(network)))
		}
	}
	for _, rule := range c.Auth.OIDC.RoleMap {
		if at := strings.LastIndexByte(rule, '='); at < 1 || at == len(rule)-1 {
			found.add(c.wrong("auth.oidc.role_map", "want rules such as ratchet-admins=admin, got "+kindOf(rule)))
		}
	}
	if u := c.Auth.ResourceURL; u != "" && !strings.HasPrefix(u, "https://") && !strings.HasPrefix(u, "http://") {
		found.add(c.wrong("auth.resource_url", "want an address such as https://ratchet.example.org, got "+kindOf(u)))
	}
	return found
}
