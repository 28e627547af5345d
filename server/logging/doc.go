// Package logging is the server's log: levels by module that can be changed
// while it runs, and secrets removed by the name of their field.
//
//	levels := logging.NewLevels("info,http=debug")
//	inner := slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{
//		Level: slog.LevelDebug, ReplaceAttr: logging.Redact(nil),
//	})
//	log := slog.New(logging.NewHandler(inner, levels))
//	logging.For(log, logging.HTTP).Debug("request") // {"level":"DEBUG",…,"module":"http"}
//	err := levels.Set("warn")                        // holds from the next line on
//
// A line below its module's level costs one atomic read and no memory. It must
// import nothing of ours but the root package, schema and mask.
package logging
