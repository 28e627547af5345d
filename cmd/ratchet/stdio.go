package main

import (
	"context"
	"errors"

	"ratchet/registry"

	"ratchet/adapters/mcp"

	"github.com/spf13/cobra"

	"ratchet/server"
	"ratchet/server/attach"
	"ratchet/server/config"
	"ratchet/tools"
)

// stdio serves MCP to one client for as long as it stays, as the owner of the
// data directory or attached to it, whichever comes to be.
func (a *app) stdio(cmd *cobra.Command) error {
	m, err := a.member(cmd, nil)
	if err != nil {
		return err
	}
	m.stays = true
	ctx := cmd.Context()
	repeats, err := readers()
	if err != nil {
		return err
	}
	client := attach.NewConversation(a.stdin, a.stdout, int(m.cfg.MCP.MaxMessageSize), mcp.Fault, repeats)
	for first := true; ; first = false {
		s, err := m.join(ctx)
		if ctx.Err() != nil {
			client.Dismiss()
			if err == nil {
				err = s.close()
			}
			return ignore(err, ctx.Err())
		}
		if err != nil && first {
			return err
		}
		link := client.Link()
		if err != nil {
			m.log.Error("the data directory cannot be reached", "error", err)
			link.Refuse(ctx, err)
			link.End()
			return err
		}
		err = m.serve(ctx, s, link)
		link.End()
		if ctx.Err() != nil {
			client.Dismiss()
		}
		if ctx.Err() != nil || client.Ended() || s.owner == nil && s.conn == nil {
			return ignore(errors.Join(err, s.close()), ctx.Err())
		}
		if s.owner != nil {
			if err != nil {
				return errors.Join(err, s.close())
			}
			<-s.owner.Retired()
		}
	}
}

// serve serves a conversation from a seat until either ends.
func (m *member) serve(ctx context.Context, s *place, link *attach.Link) error {
	switch {
	case s.conn != nil:
		link.Carry(ctx, s.conn, m.cfg.Server.ShutdownTimeout)
		return nil
	case s.owner == nil:
		return s.srv.ServeStdio(ctx, link, link)
	}
	in := attach.NewLines(link)
	err := s.owner.Serve(func(owned context.Context) error {
		both, stop := either(ctx, owned)
		defer stop()
		return s.srv.ServeSession(both, selectionOf(m.selection()), in, link)
	})
	link.Took(in.Finish())
	return ignore(err, context.Canceled)
}

// either is a context that ends with the first of two.
func either(a, b context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(a)
	stop := context.AfterFunc(b, cancel)
	return ctx, func() { stop(); cancel() }
}

// ignore drops an error that is, or wraps, another.
func ignore(err, what error) error {
	if what != nil && errors.Is(err, what) {
		return nil
	}
	return err
}

// readers says of which tools a call may be made again unasked.
func readers() (func(string) bool, error) {
	all, err := registry.New(tools.All()...)
	if err != nil {
		return nil, err
	}
	return func(name string) bool {
		tool, ok := all.Lookup(name)
		return ok && tool.Annotations().ReadOnly
	}, nil
}

// askServer answers what an attached process asks of the owner.
func askServer(ctx context.Context, srv *server.Server, cfg config.Config, question string) ([]byte, error) {
	switch question {
	case "audit":
		return auditAnswer(ctx, srv.Deps().Store, cfg)
	default:
		return storeAnswer(ctx, srv.Deps())
	}
}
