// Package config reads the server's configuration: defaults, those of a
// profile over them, then a YAML file, then the environment, then flags, then what was set while a server ran (a file
// in the data folder), later layers winning. Every key is a field
// of Config; its name, default and description are struct tags, so the file
// reader, the environment, the generator and the documentation cannot differ.
//
//	cfg, err := config.Load(config.Options{File: "ratchet.yaml"})
//	if err != nil {
//		return err // a *ratchet.Error that names the key and the nearest valid one
//	}
//	fmt.Println(cfg.Server.Port, cfg.Sources()["server.port"].Origin)
//
// With makes a configuration with other values of the last layer, validated in
// the same way. It must not import anything of ours but the root package, schema
// and server/logging.
package config
