package config

import (
	"errors"
	"maps"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// validateSecurity checks what protects the server.
func (c Config) validateSecurity() (found faults) {
	for _, network := range c.Server.TrustedProxies {
		if _, err := netip.ParsePrefix(network); err != nil {
			found.add(c.wrong("server.trusted_proxies", "want addresses or networks such as 10.0.0.1 or 10.0.0.0/8, got "+kindOf(network)))
		}
	}
	for _, host := range c.Server.AllowedHosts {
		if host == "" || strings.ContainsAny(strings.TrimPrefix(host, "*."), "*/@ ") || strings.Contains(host, "://") {
			found.add(c.wrong("server.allowed_hosts", "want names such as ratchet.example.com or *.example.com, got "+kindOf(host)))
		}
	}
	for _, key := range []string{"per_tool", "per_path"} {
		numbers := c.RateLimit.PerTool
		if key == "per_path" {
			numbers = c.RateLimit.PerPath
		}
		if _, err := Numbers(numbers); err != nil {
			found.add(c.wrong("rate_limit."+key, err.Error()))
		}
	}
	found = append(found, c.validateCORS()...)
	return append(found, c.validateTLS()...)
}

func (c Config) validateCORS() (found faults) {
	for _, origin := range c.Server.CORS.AllowedOrigins {
		if origin == "*" {
			if c.Server.CORS.AllowCredentials {
				found.add(c.wrong("server.cors.allowed_origins", "* lets every web page call, which must not go with allow_credentials").
					WithHint("name the origins, or set server.cors.allow_credentials to false"))
			}
			continue
		}
		if !isOrigin(origin) {
			found.add(c.wrong("server.cors.allowed_origins", "want origins such as https://app.example.com, got "+kindOf(origin)))
		}
	}
	for _, origin := range c.Server.CORS.WriteOrigins {
		if !isOrigin(origin) {
			found.add(c.wrong("server.cors.write_origins", "want origins such as http://localhost:3000, each by its name, got "+kindOf(origin)))
		}
	}
	return found
}

func isOrigin(origin string) bool {
	u, err := url.Parse(origin)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.Host != "*" &&
		u.Path == "" && u.RawQuery == "" && u.Fragment == "" && u.User == nil
}

func (c Config) validateTLS() (found faults) {
	t := c.Server.TLS
	if (t.CertFile == "") != (t.KeyFile == "") {
		found.add(c.wrong("server.tls.cert_file", "server.tls.cert_file and server.tls.key_file go together"))
	}
	if t.CertFile == "" {
		set := map[string]bool{"chain_file": t.ChainFile != "", "client_ca": t.ClientCA != "", "redirect_http": t.RedirectHTTP != 0}
		for _, key := range slices.Sorted(maps.Keys(set)) {
			if set[key] {
				found.add(c.wrong("server.tls."+key, "needs server.tls.cert_file and server.tls.key_file"))
			}
		}
	}
	if t.RedirectHTTP < 0 || t.RedirectHTTP > 65535 {
		found.add(c.wrong("server.tls.redirect_http", "want a port from 0 to 65535"))
	}
	return found
}

// Numbers reads the values of a map as whole numbers from 1.
func Numbers(texts map[string]string) (map[string]int, error) {
	out := make(map[string]int, len(texts))
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		n, err := strconv.Atoi(strings.TrimSpace(texts[name]))
		if err != nil || n < 1 {
			return nil, errors.New("want whole numbers from 1, got " + kindOf(texts[name]) + " for " + name)
		}
		out[name] = n
	}
	return out, nil
}
