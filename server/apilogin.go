package server

import (
	"encoding/json"
	"net/http"

	"ratchet/adapters/openapi"
)

// loginOperations are those of logging in, below the prefix of the API.
func loginOperations(prefix string) []openapi.Operation {
	user := string(object("id!", aString, "username!", aString, "email!", orNull, "displayName!", orNull, "role!", aString,
		"isActive!", aBoolean, "createdAt!", aTime, "lastLoginAt!", orNull))
	token := object("accessToken!", aString, "tokenType!", `{"const":"Bearer"}`, "expiresAt!", aTime, "csrfToken", aString, "user", user)
	done := object("success!", aBoolean)
	password := `{"type":"string","minLength":12,"maxLength":128}`
	newUser := []string{"username!", `{"type":"string","minLength":3,"maxLength":64}`, "email", `{"type":"string"}`, "password!", password, "displayName", aString}
	write := func(path, id, summary string, status int, body, data json.RawMessage, open bool, errors ...int) openapi.Operation {
		return openapi.Operation{
			Method: http.MethodPost, Path: prefix + "/auth" + path, ID: id, Tag: "Auth", Summary: summary, Body: body, Open: open,
			Answers: []openapi.Answer{{Status: status, Description: summary + ".", Schema: data}}, Errors: append(errors, 429, 500, 503),
		}
	}
	list := []openapi.Operation{
		write("/login", "login", "Log in with a name and a password", 200,
			object("username", aString, "email", aString, "password!", aString, "rememberMe", aBoolean), token, true, 400, 401, 413, 415),
		write("/logout", "logout", "End the login", 200, nil, done, true, 401, 403),
		write("/refresh", "refresh", "Get a new token and extend the login", 200, nil, token, false, 401, 403),
		write("/register", "register", "Make an account, where the server allows it", 201, object(newUser...), token, true, 400, 403, 409, 413, 415),
		write("/bootstrap", "bootstrap", "Make the first admin with the token of the server's start", 201,
			object(append([]string{"token!", aString}, newUser...)...), token, true, 400, 401, 409, 413, 415),
		write("/change-password", "changePassword", "Change the password and end all other logins", 200,
			object("currentPassword!", aString, "newPassword!", password), done, false, 400, 401, 403, 413, 415),
		{
			Method: http.MethodGet, Path: prefix + "/auth/me", ID: "me", Tag: "Auth", Summary: "Who calls",
			Answers: []openapi.Answer{{Status: 200, Description: "Who calls.", Schema: object("id!", aString, "name!", aString, "role!", aString, "via!", aString,
				"tier!", aString, "scope!", `{"type":["object","null"]}`, "user!", `{"anyOf":[`+user+`,{"type":"null"}]}`, "loginExpiresAt", aTime, "csrfToken", aString)}},
			Errors: []int{401, 429, 500, 503},
		},
	}
	list = append(list, read("/.well-known/oauth-protected-resource", "protectedResource", "Auth", "Who issues tokens for this server (RFC 9728)", object(
		"resource!", aString, "resource_name!", aString, "authorization_servers!", `{"type":"array","items":{"type":"string"}}`,
		"bearer_methods_supported!", `{"type":"array","items":{"type":"string"}}`)))
	list[0].BodyExample = json.RawMessage(`{"username":"ada","password":"correct horse battery"}`)
	return list
}
