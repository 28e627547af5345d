package config

import (
	"errors"
	"maps"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ratchet"
)

// validateSecurity checks what protects the server.
func (c Config) validateSecurity() error {
	for _, network := range c.Server.TrustedProxies {
		if _, err := netip.ParsePrefix(network); err != nil {
			return c.wrong("server.trusted_proxies", "want networks such as 10.0.0.0/8, got "+kindOf(network))
		}
	}
	for _, host := range c.Server.AllowedHosts {
		if host == "" || strings.ContainsAny(strings.TrimPrefix(host, "*."), "*/@ ") || strings.Contains(host, "://") {
			return c.wrong("server.allowed_hosts", "want names such as ratchet.example.com or *.example.com, got "+kindOf(host))
		}
	}
	for _, key := range []string{"per_tool", "per_path"} {
		numbers := c.RateLimit.PerTool
		if key == "per_path" {
			numbers = c.RateLimit.PerPath
		}
		if _, err := Numbers(numbers); err != nil {
			return c.wrong("rate_limit."+key, err.Error())
		}
	}
	if err := c.validateCORS(); err != nil {
		return err
	}
	return c.validateTLS()
}

func (c Config) wrong(key, what string) *ratchet.Error {
	return badValue(key, c.sources[key].Origin, errors.New(what))
}

func (c Config) validateCORS() error {
	for _, origin := range c.Server.CORS.AllowedOrigins {
		if origin == "*" {
			if c.Server.CORS.AllowCredentials {
				return c.wrong("server.cors.allowed_origins", "* lets every web page call, which must not go with allow_credentials").
					WithHint("name the origins, or set server.cors.allow_credentials to false")
			}
			continue
		}
		if !isOrigin(origin) {
			return c.wrong("server.cors.allowed_origins", "want origins such as https://app.example.com, got "+kindOf(origin))
		}
	}
	for _, origin := range c.Server.CORS.WriteOrigins {
		if !isOrigin(origin) {
			return c.wrong("server.cors.write_origins", "want origins such as http://localhost:3000, each by its name, got "+kindOf(origin))
		}
	}
	return nil
}

func isOrigin(origin string) bool {
	u, err := url.Parse(origin)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.Host != "*" &&
		u.Path == "" && u.RawQuery == "" && u.Fragment == "" && u.User == nil
}

func (c Config) validateTLS() error {
	t := c.Server.TLS
	if (t.CertFile == "") != (t.KeyFile == "") {
		return c.wrong("server.tls.cert_file", "server.tls.cert_file and server.tls.key_file go together")
	}
	if t.CertFile == "" {
		for key, set := range map[string]bool{"chain_file": t.ChainFile != "", "client_ca": t.ClientCA != "", "redirect_http": t.RedirectHTTP != 0} {
			if set {
				return c.wrong("server.tls."+key, "needs server.tls.cert_file and server.tls.key_file")
			}
		}
	}
	if t.RedirectHTTP < 0 || t.RedirectHTTP > 65535 {
		return c.wrong("server.tls.redirect_http", "want a port from 0 to 65535")
	}
	return nil
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
