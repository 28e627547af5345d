package runtime

// webModules lists the web APIs.
func webModules() []module {
	return nil
}
