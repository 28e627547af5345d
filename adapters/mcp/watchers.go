package mcp

import (
	"context"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"ratchet"
)

// watchers are the sessions that subscribed to an address. A session counts
// once, as it does for the SDK.
type watchers map[*mcp.ServerSession]struct{}

// maxSubscriptions bounds the addresses that are watched at once.
const maxSubscriptions = 10_000

func (u *updates) subscribe(ctx context.Context, req *mcp.SubscribeRequest) error {
	uri := req.Params.URI
	if _, err := u.b.source.Read(ctx, uri); err != nil {
		return err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.wanted[uri] == nil {
		if len(u.wanted) >= maxSubscriptions {
			return ratchet.Errorf(ratchet.CodeRateLimited, "too many resources are being watched")
		}
		u.wanted[uri] = watchers{}
	}
	u.wanted[uri][req.Session] = struct{}{}
	u.watching.Store(int64(len(u.wanted)))
	if _, known := u.watched[req.Session]; !known {
		u.watched[req.Session] = struct{}{}
		go atEnd(req.Session, u.b.cfg.Log, func() { u.forget(req.Session) })
	}
	return nil
}

// forget drops the subscriptions of a client that vanished.
func (u *updates) forget(ss *mcp.ServerSession) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.watched, ss)
	for uri := range u.wanted {
		u.drop(uri, ss)
	}
}

func (u *updates) unsubscribe(_ context.Context, req *mcp.UnsubscribeRequest) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.drop(req.Params.URI, req.Session)
	return nil
}

// drop forgets one subscription. The caller holds the lock.
func (u *updates) drop(uri string, ss *mcp.ServerSession) {
	if delete(u.wanted[uri], ss); len(u.wanted[uri]) == 0 {
		delete(u.wanted, uri)
	}
	u.watching.Store(int64(len(u.wanted)))
}
