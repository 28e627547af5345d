// Package credential makes and checks passwords, API keys and other secrets.
// It stores nothing.
//
//	hash, err := credential.HashPassword("correct horse battery staple")
//	ok := credential.CheckPassword(hash, "correct horse battery staple")
//
// It must import nothing of this module but the root package.
package credential
