package config

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"ratchet"
)

// profiles are defaults for a kind of use, by name. None of them makes a server
// less safe, since the variable may have been set for another program.
func profiles() map[string]map[string]string {
	return map[string]map[string]string{
		"production": {
			"auth.login_profile": "production", "security.headers": "production", "security.audit.retention_days": "365",
		},
		"development": {"auth.login_profile": "development", "security.audit.retention_days": "30"},
		"test":        {"logging.level": "warn", "security.audit.files": "false"},
	}
}

// profileVariables name the profile; the first that does counts. Those after our
// own are read by other programs too and may say anything.
func profileVariables() []string { return []string{"RATCHET_ENV", "ENVIRONMENT", "ENV", "NODE_ENV"} }

// profile puts the defaults of the profile over those of the keys.
func (l *loader) profile() (found faults) {
	name, variable := l.chosenProfile()
	if name == "" {
		return nil
	}
	values, ok := profiles()[name]
	origin := originProfile + name + " (" + variable + ")"
	if !ok {
		known := slices.Sorted(maps.Keys(profiles()))
		found.add(badValue(variable, originEnvironment+variable, errors.New("want development, production or test, got "+kindOf(name))).
			With(ratchet.FieldAllowed, known).WithHint("take it out to have no profile"))
		return found
	}
	parsed := layer{}
	for key, text := range values {
		f, _ := l.field(key)
		value, err := f.parse(text)
		if err != nil {
			found.add(badValue(key, origin, err))
			continue
		}
		parsed[key] = value
	}
	found.add(l.add(parsed, origin))
	return found
}

// chosenProfile is the name of the profile and the variable that has it.
func (l *loader) chosenProfile() (name, variable string) {
	for _, variable := range profileVariables() {
		name := strings.ToLower(strings.TrimSpace(l.env[variable]))
		if _, known := profiles()[name]; known || name != "" && variable == profileVariables()[0] {
			return name, variable
		}
	}
	return "", ""
}
