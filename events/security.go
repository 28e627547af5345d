package events

import "ratchet"

// SecurityAlert is the kind of an alert. Its data is an Alert.
const SecurityAlert = "security.alert"

// Alert is what deserves the attention of a person.
type Alert struct {
	Name      string `json:"name" jsonschema_description:"failed_logins, suspicious_activity or data_exfiltration"`
	Principal string `json:"principal"`
	IP        string `json:"ip,omitempty"`
	Count     int64  `json:"count" jsonschema_description:"of events, or bytes"`
	Window    string `json:"window" jsonschema_description:"time in which they were counted, e.g. 1h0m0s"`
	At        string `json:"at"`
	Message   string `json:"message"`
}

// Alerts describe what others tried, so those receive them who may read the audit
// of everything.
func security() Noun {
	auditors := Audience{Tools: []string{"ratchet_query_audit"}, Roles: []ratchet.Role{ratchet.RoleAdmin, ratchet.RoleService}, Whole: true}
	return Noun{Name: "security", Doc: "Follow what deserves the attention of a person.", Kinds: []Kind{
		Show(Kind{Name: SecurityAlert, Doc: "an alert was raised", Audience: auditors}, func(e ratchet.Event) (Alert, bool) {
			a, ok := e.Data.(Alert)
			return a, ok
		}),
	}}
}
