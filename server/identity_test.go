package server

import (
	"testing"

	"ratchet"
)

// No address but loopback is opened without an admin, and none without a login.
func TestOtherAddressesNeedAnAdmin(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"0.0.0.0", "::", "192.0.2.1", "example.com"} {
		s := configured(t, map[string]string{"server.bind_address": host})
		if err := s.prepare(t.Context()); ratchet.CodeOf(err) != ratchet.CodeConfig || ratchet.AsError(err).Hint == "" {
			t.Errorf("%q: %v", host, err)
		}
	}
	s := configured(t, map[string]string{"server.bind_address": "0.0.0.0", "auth.admin_password": "correct horse battery"})
	if err := s.prepare(t.Context()); err != nil {
		t.Errorf("with an admin: %v", err)
	}
	s = configured(t, map[string]string{"server.bind_address": "0.0.0.0", "auth.required": "false"})
	if err := s.prepare(t.Context()); ratchet.CodeOf(err) != ratchet.CodeConfig {
		t.Errorf("without a login: %v", err)
	}
}
