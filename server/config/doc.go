// Package config reads the server's configuration: defaults, then a YAML file,
// then the environment, then flags, later layers winning. Every key is a field
// of Config; its name, default and description are struct tags, so the file
// reader, the environment, the generator and the documentation cannot differ.
//
//	cfg, err := config.Load(config.Options{File: "ratchet.yaml"})
//	if err != nil {
//		return err // a *ratchet.Error that names the key and the nearest valid one
//	}
//	fmt.Println(cfg.Server.Port, cfg.Sources()["server.port"].Origin)
//
// It must not import anything of the server but the root package and schema.
package config
