// Package events declares what happens in a server, one file for each noun:
// the kinds of its events, what callers are shown of them, who receives them and
// which list of an MCP client they change. Server-sent events, GraphQL
// subscriptions, MCP notifications and docs/events.md derive from it. A new
// noun is a file here, and its line in All:
//
//	const OrderPaid = "order.paid"
//
//	func orders() Noun {
//		return Noun{Name: "order", Doc: "Orders that change.", Kinds: []Kind{
//			Show(Kind{Name: OrderPaid, Doc: "an order was paid", Audience: Audience{Tools: []string{"ratchet_get_order"}}},
//				func(e ratchet.Event) (Order, bool) { ... }),
//		}}
//	}
//
// It imports ratchet alone: those who publish events and those who show them
// both import it.
package events
