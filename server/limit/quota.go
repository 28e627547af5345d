package limit

import (
	"context"
	"time"
)

// Days keeps how often each principal called on a day. *storage.DB is one.
type Days interface {
	// CallsOn is what was added for the principal on that day, in days since
	// 1970 UTC.
	CallsOn(ctx context.Context, principal string, day int64) (int64, error)
	// AddCalls adds to the day of each principal and forgets earlier days.
	AddCalls(ctx context.Context, day int64, added map[string]int64) error
}

// saveEvery is how often the day's counts are stored. A server that is killed
// forgets at most what was counted in that time.
const saveEvery = 5 * time.Second

// keepDays stores the counts until ctx ends, and then once more.
func (l *Limiter) keepDays(ctx context.Context) {
	if l.cfg.Days == nil {
		return
	}
	tick := time.NewTicker(saveEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			l.save(ctx, l.clients.all()...)
		case <-ctx.Done():
			closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveEvery)
			defer cancel()
			l.save(closing, l.clients.all()...)
			return
		}
	}
}

// save stores what was counted since the last time.
func (l *Limiter) save(ctx context.Context, list ...*client) {
	if l.cfg.Days == nil {
		return
	}
	byDay := map[int64]map[string]int64{}
	for _, c := range list {
		c.mu.Lock()
		if added := c.used - c.saved; c.named && added != 0 {
			if byDay[c.day] == nil {
				byDay[c.day] = map[string]int64{}
			}
			byDay[c.day][c.key] += added
			c.saved = c.used
		}
		c.mu.Unlock()
	}
	for day, added := range byDay {
		if err := l.cfg.Days.AddCalls(context.WithoutCancel(ctx), day, added); err != nil {
			l.cfg.Log.Warn("the day's counts of calls were not stored", "error", err)
		}
	}
}

// remember reads what a client used today before the server knew it.
func (l *Limiter) remember(ctx context.Context, c *client) {
	if l.cfg.Days == nil {
		return
	}
	day := dayOf(l.cfg.Now())
	used, err := l.cfg.Days.CallsOn(context.WithoutCancel(ctx), c.key, day)
	if err != nil {
		l.cfg.Log.Warn("the day's count of calls was not read", "error", err)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.day == 0 || c.day == day {
		c.day, c.used, c.saved = day, c.used+used, c.saved+used
	}
}
