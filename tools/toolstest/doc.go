// Package toolstest plays the tools' examples and cases through a surface:
// the registry itself, MCP, REST or the command line. Every surface has to
// answer alike.
//
//	toolstest.Examples(t, registry, func(t testing.TB) toolstest.Call { return direct(t) })
//
// Only tests may import it.
package toolstest
