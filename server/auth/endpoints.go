package auth

import (
	"encoding/json"
	"net/http"

	"ratchet/endpoint"
)

// Endpoints are those of logging in, below the prefix of the API, and where an issuer
// of tokens is configured its description.
func (a *Authenticator) Endpoints(prefix string) []endpoint.Endpoint {
	user := string(endpoint.Object("id!", endpoint.String, "username!", endpoint.String, "email!", endpoint.StringOrNull, "displayName!", endpoint.StringOrNull, "role!", endpoint.String,
		"isActive!", endpoint.Boolean, "createdAt!", endpoint.Time, "lastLoginAt!", endpoint.StringOrNull))
	token := endpoint.Object("accessToken!", endpoint.String, "tokenType!", `{"const":"Bearer"}`, "expiresAt!", endpoint.Time, "csrfToken", endpoint.String, "user", user)
	done := endpoint.Object("success!", endpoint.Boolean)
	password := `{"type":"string","minLength":12,"maxLength":128}`
	newUser := []string{"username!", `{"type":"string","minLength":3,"maxLength":64}`, "email", `{"type":"string"}`, "password!", password, "displayName", endpoint.String}
	write := func(path, id, summary string, status int, body, data json.RawMessage, open bool, h route, errors ...int) endpoint.Endpoint {
		return endpoint.Endpoint{Handler: a.handler(h), Operation: endpoint.Operation{
			Method: http.MethodPost, Path: prefix + "/auth" + path, ID: id, Tag: "Auth", Summary: summary, Body: body, Open: open,
			Answers: []endpoint.Answer{{Status: status, Description: summary + ".", Schema: data}}, Errors: append(errors, 429, 500, 503),
		}}
	}
	list := []endpoint.Endpoint{
		write("/login", "login", "Log in with a name and a password", 200,
			endpoint.Object("username", endpoint.String, "email", endpoint.String, "password!", endpoint.String, "rememberMe", endpoint.Boolean), token, true, a.login, 400, 401, 413, 415),
		write("/logout", "logout", "End the login", 200, nil, done, true, a.logout, 401, 403),
		write("/refresh", "refresh", "Get a new token and extend the login", 200, nil, token, false, a.refresh, 401, 403),
		write("/register", "register", "Make an account, where the server allows it", 201, endpoint.Object(newUser...), token, true, a.register, 400, 403, 409, 413, 415),
		write("/bootstrap", "bootstrap", "Make the first admin with the token of the server's start", 201,
			endpoint.Object(append([]string{"token!", endpoint.String}, newUser...)...), token, true, a.bootstrapAdmin, 400, 401, 409, 413, 415),
		write("/change-password", "changePassword", "Change the password and end all other logins", 200,
			endpoint.Object("currentPassword!", endpoint.String, "newPassword!", password), done, false, a.changePassword, 400, 401, 403, 413, 415),
		{Handler: a.handler(a.me), Operation: endpoint.Operation{
			Method: http.MethodGet, Path: prefix + "/auth/me", ID: "me", Tag: "Auth", Summary: "Who calls",
			Answers: []endpoint.Answer{{Status: 200, Description: "Who calls.", Schema: endpoint.Object("id!", endpoint.String, "name!", endpoint.String, "role!", endpoint.String, "via!", endpoint.String,
				"tier!", endpoint.String, "scope!", endpoint.ObjectOrNull, "user!", `{"anyOf":[`+user+`,{"type":"null"}]}`, "loginExpiresAt", endpoint.Time, "csrfToken", endpoint.String)}},
			Errors: []int{401, 429, 500, 503},
		}},
	}
	if a.issuer != nil {
		list = append(list, endpoint.Endpoint{Handler: http.HandlerFunc(a.metadata), Operation: endpoint.Read(metadataPath, "protectedResource", "Auth", "Who issues tokens for this server (RFC 9728)", endpoint.Object(
			"resource!", endpoint.String, "resource_name!", endpoint.String, "authorization_servers!", endpoint.Strings,
			"bearer_methods_supported!", endpoint.Strings))})
	}
	list[0].BodyExample = json.RawMessage(`{"username":"ada","password":"correct horse battery"}`)
	return list
}
