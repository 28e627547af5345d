package tools

import (
	"context"
	"slices"
	"strings"

	"ratchet/registry"

	"ratchet"
)

// secrets looks at what is bound to nothing, or to more than it should be.
func (c *securityCheck) secrets(ctx context.Context, d *registry.Deps) error {
	if d.Secrets == nil || registry.CallerFrom(ctx).Identity.Scope.LimitsTasks() {
		return nil
	}
	c.look("secrets")
	unbound, err := d.Secrets.Unbound(ctx)
	if err != nil {
		return err
	}
	for _, u := range unbound {
		bind := "bind it with `ratchet secrets set " + u.Name + " --keep-value --task-patterns … --hosts …`"
		if len(u.Tasks) > 0 {
			c.find("secret-unbound", "high", "Whoever edits these tasks reads a secret that is bound to nothing", u.Name+", read by "+strings.Join(u.Tasks[:min(len(u.Tasks), 10)], ", "), bind)
			continue
		}
		c.find("secret-unused", "info", "A secret of the configuration is bound to no task", u.Name, bind+", or take it out of the configuration")
	}
	var query ratchet.Query
	for {
		page, err := d.Store.ListSecrets(ctx, query)
		if err != nil {
			return err
		}
		for i := range page.Items {
			c.secret(d, &page.Items[i])
		}
		if query.Cursor = page.NextCursor; query.Cursor == "" {
			return nil
		}
	}
}

// secret looks at one that is bound.
func (c *securityCheck) secret(d *registry.Deps, s *ratchet.Secret) {
	set := "`ratchet secrets set " + s.Name + " --keep-value "
	if s.Readable && slices.Contains(s.TaskPatterns, "*") {
		c.find("secret-readable", "high", "Every author of a task can read a secret", s.Name+" is readable for the tasks *", "name its tasks with "+set+"--task-patterns …`, and prefer --hosts to --readable")
	}
	if slices.ContainsFunc(s.Hosts, func(h string) bool { return strings.HasSuffix(strings.ToLower(h), "//*") || h == "*" }) {
		c.find("secret-any-host", "medium", "A secret may be sent to every host", s.Name, "name its hosts with "+set+"--hosts …`")
	}
	switch d.Secrets.Status(s) {
	case "locked":
		c.find("secret-locked", "medium", "A secret cannot be used: its master key is not here", s.Name, "start the server with the key it was stored with, or store it again")
	case "missing":
		c.find("secret-missing", "low", "A secret cannot be used: the configuration has no value for it", s.Name, "store a value with `ratchet secrets set "+s.Name+"`")
	}
}
